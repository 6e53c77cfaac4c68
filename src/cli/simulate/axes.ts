/** From 0 to `most`, with marks at round values. */
export interface Axis {
  most: number;
  ticks: readonly { value: number; label: string }[];
}

/** Where a chart is, in pixels. */
export interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

const rounds = [1, 2, 5, 10];
const mostTicks = 4;

/** An axis of whole numbers that has room for `most`. */
export function axisOf(most: number): Axis {
  const decade = 10 ** Math.floor(Math.log10(most / mostTicks));
  const step = Math.max(1, rounds.map((round) => round * decade).find((one) => most / one <= mostTicks) ?? decade);
  const values = Array.from({ length: Math.floor(most / step) + 1 }, (_, at) => at * step);
  return { most, ticks: values.map((value) => ({ value, label: value.toLocaleString('en-US') })) };
}

const timeSteps = [10, 30, 60, 300, 600, 1_800, 3_600, 7_200, 14_400, 43_200, 86_400, 172_800];
const mostTimes = 6;

/** An axis of times since the start: in the largest unit in which all marks are whole. */
export function xTicksOf(seconds: number): Axis {
  const step = timeSteps.find((one) => seconds / one <= mostTimes) ?? 172_800;
  const [unit, name] = step % 3_600 === 0 ? [3_600, 'h'] : step % 60 === 0 ? [60, 'min'] : [1, 's'];
  const values = Array.from({ length: Math.floor(seconds / step) + 1 }, (_, at) => at * step);
  return { most: seconds, ticks: values.map((value) => ({ value, label: `${value / unit} ${name}` })) };
}

/** Where a value at a second stands in the box; what is above the axis stands at its top. */
export function inBox({ left, top, width, height }: Box, time: Axis, axis: Axis) {
  return (second: number, value: number): { x: number; y: number } => ({
    x: tidy(left + (second / time.most) * width),
    y: tidy(top + height - Math.min(1, value / axis.most) * height),
  });
}

function tidy(pixels: number): number {
  return Math.round(pixels * 10) / 10;
}
