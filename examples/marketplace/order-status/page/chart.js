// @ts-nocheck The browser's types would be in the way of Node's in the rest of the program.
const SECONDS = 120;
const HEIGHT = 100;

/** Two lines over the last two minutes. A sample is one second: `{ placed, shipped }`. */
export function createChart(svg, topLabel) {
  svg.setAttribute('viewBox', `0 0 ${SECONDS - 1} ${HEIGHT}`);
  const paths = ['area', 'line-shipped', 'line-placed'].map((name) => {
    const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
    path.setAttribute('class', name);
    return svg.appendChild(path);
  });

  return {
    seconds: SECONDS,
    draw(samples) {
      const placed = smooth(samples.map((sample) => sample.placed));
      const shipped = smooth(samples.map((sample) => sample.shipped));
      const top = niceTop(Math.max(...placed, ...shipped, 1));
      topLabel.textContent = `${top}`;
      const x = (index) => SECONDS - samples.length + index;
      const line = (values) =>
        values.map((value, index) => `${index ? 'L' : 'M'}${x(index)} ${HEIGHT - (value / top) * HEIGHT}`).join('');
      const [area, shippedLine, placedLine] = paths;
      const closed = samples.length > 1 ? `${line(shipped)}L${SECONDS - 1} ${HEIGHT}L${x(0)} ${HEIGHT}Z` : '';
      area.setAttribute('d', closed);
      shippedLine.setAttribute('d', line(shipped));
      placedLine.setAttribute('d', line(placed));
    },
  };
}

/** The mean of each second and the two before it. */
function smooth(values) {
  return values.map((_, index) => {
    const window = values.slice(Math.max(0, index - 2), index + 1);
    return window.reduce((sum, value) => sum + value, 0) / window.length;
  });
}

/** The top of the scale: the next of a few round numbers. */
function niceTop(value) {
  return [10, 20, 40, 60, 80, 100, 150, 200, 300, 500, 1_000, 2_000, 5_000].find((top) => top >= value) ?? value;
}
