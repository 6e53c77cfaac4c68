// @ts-nocheck The browser's types would be in the way of Node's in the rest of the program.
const ROWS = 7;
/** How long an order that has arrived stays on its row. */
const STAY_MS = 2_500;

/**
 * Follows a few orders from end to end, each on its own row, so that the eye can go along however many there are. A row whose order
 * has arrived takes the order placed last.
 */
export function createFollowed(body, labels) {
  const rows = Array.from({ length: ROWS }, () => createRow(body, labels));
  let newest;

  setInterval(() => {
    for (const row of rows) row.tick();
  }, 100);

  return {
    /** Takes some of `orders`, evenly spread, so that the rows show different parts of the journey. */
    reset(orders) {
      const step = Math.max(1, orders.length / ROWS);
      for (const [index, row] of rows.entries()) {
        row.clear();
        const order = orders[Math.floor(index * step)];
        if (order) row.show(order);
      }
    },
    move(order) {
      const row = rows.find((candidate) => candidate.id() === order.id);
      if (row) return row.show(order);
      if (order.stage < labels.length - 1 && order.details) newest = order;
      const free = newest && rows.find((candidate) => candidate.free());
      if (!free) return;
      free.show(newest);
      newest = undefined;
    },
  };
}

function createRow(body, labels) {
  const row = body.insertRow();
  const [id, customer, pieces, total, journey, time] = labels.concat('').map(() => row.insertCell());
  id.className = 'order-id';
  for (const cell of [pieces, total, time]) cell.className = 'number';
  const track = journey.appendChild(document.createElement('div'));
  track.className = 'journey';
  const steps = labels.map((_, stage) => {
    const step = track.appendChild(document.createElement('i'));
    step.style.setProperty('--colour', `var(--stage-${stage})`);
    return step;
  });
  const label = track.appendChild(document.createElement('span'));
  let order;
  let arrivedMs = 0;

  const arrived = () => order?.stage === labels.length - 1;
  return {
    id: () => order?.id,
    free: () => !order || (arrived() && performance.now() - arrivedMs > STAY_MS),
    clear() {
      order = undefined;
      for (const cell of [id, customer, pieces, total, label, time]) cell.textContent = '';
      for (const step of steps) step.className = '';
    },
    show(next) {
      order = next;
      if (arrived()) arrivedMs = performance.now();
      const { details } = next;
      id.textContent = next.id.slice(0, 8);
      customer.textContent = details?.customerId ?? '…';
      pieces.textContent = details?.pieces ?? '…';
      total.textContent = details ? money(details) : '…';
      for (const [stage, step] of steps.entries()) step.className = next.at[stage] === null ? '' : 'done';
      label.textContent = labels[next.stage];
      row.className = arrived() ? 'arrived' : '';
      this.tick();
    },
    tick() {
      if (!order || order.at[0] === null) return;
      const endMs = arrived() ? order.at.at(-1) : Date.now();
      time.textContent = `${Math.max(0, (endMs - order.at[0]) / 1000).toFixed(1)} s`;
    },
  };
}

function money({ totalMinor, currency }) {
  return new Intl.NumberFormat('en', { style: 'currency', currency }).format(totalMinor / 100);
}
