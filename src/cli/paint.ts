export type Colour = 'green' | 'yellow' | 'red' | 'bold' | 'dim';
const codes: Readonly<Record<Colour, number>> = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33 };

export type Paint = (colour: Colour, text: string) => string;
export const inColours: Paint = (colour, text) => `\u001b[${codes[colour]}m${text}\u001b[0m`;
export const plainly: Paint = (_colour, text) => text;
