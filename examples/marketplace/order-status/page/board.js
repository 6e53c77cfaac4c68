// @ts-nocheck The browser's types would be in the way of Node's in the rest of the program.
const HEAD_PX = 92;
const PAD_PX = 20;
/** The distance between dots: the first is for few, each further one for more, so that the pile seldom changes its grain. */
const PITCHES_PX = [17, 14, 11.5, 9.5, 8, 6.5, 5.5, 4.5, 3.5];
const FADE_MS = 2_600;
/** How much of the way to its place a dot goes in 1/60 s. */
const EASE = 0.13;

/**
 * One dot per order. Each stage is a chamber in which orders gather at the gate on its right; an order that moves on flies through
 * the gate. Orders that were shipped fade away.
 */
export function createBoard(canvas, list, labels) {
  const still = matchMedia('(prefers-reduced-motion: reduce)');
  const context = canvas.getContext('2d');
  const chambers = labels.map(() => new Set());
  const dots = new Map();
  const counts = createHeads(list, labels);
  let colours = readColours(labels);
  let size = { width: 0, height: 0 };
  let lastMs = performance.now();

  new ResizeObserver(() => {
    const { width, height } = canvas.getBoundingClientRect();
    size = { width, height };
    canvas.width = width * devicePixelRatio;
    canvas.height = height * devicePixelRatio;
  }).observe(canvas);

  const place = (order, now) => {
    const known = dots.get(order.id);
    if (known && order.stage <= known.stage) return;
    chambers[known?.stage ?? 0].delete(order.id);
    const dot = known ?? { x: -20, y: size.height * (0.45 + Math.random() * 0.45) };
    dots.set(order.id, Object.assign(dot, { stage: order.stage, sinceMs: now }));
    chambers[order.stage].add(order.id);
  };

  const frame = (nowMs) => {
    const frames = Math.min((nowMs - lastMs) * 0.06, 20);
    lastMs = nowMs;
    const ease = still.matches ? 1 : 1 - (1 - EASE) ** frames;
    context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    context.clearRect(0, 0, size.width, size.height);
    for (const [stage, ids] of chambers.entries()) {
      drawChamber(context, { stage, ids, dots, colour: colours[stage], size, of: labels.length, ease, nowMs });
    }
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);

  return {
    reset(stages, orders) {
      for (const [index, { topic }] of stages.entries()) counts[index].topic.textContent = topic;
      for (const ids of chambers) ids.clear();
      dots.clear();
      for (const order of orders) place(order, 0);
      const nowMs = performance.now();
      for (const dot of dots.values()) Object.assign(dot, { sinceMs: nowMs, fresh: true });
    },
    move: (order) => place(order, performance.now()),
    showCounts(byStage) {
      for (const [index, count] of byStage.entries()) counts[index].count.textContent = count.toLocaleString('en');
    },
    recolour() {
      colours = readColours(labels);
    },
  };
}

function drawChamber(context, { stage, ids, dots, colour, size, of, ease, nowMs }) {
  const last = stage === of - 1;
  const box = {
    right: (size.width / of) * (stage + 1) - PAD_PX,
    bottom: size.height - PAD_PX,
    width: size.width / of - PAD_PX * 2,
    height: size.height - HEAD_PX - PAD_PX,
  };
  const pitch = pitchFor(ids.size, box);
  const rows = Math.max(1, Math.floor(box.height / pitch));
  context.fillStyle = colour;
  let slot = 0;
  for (const id of ids) {
    const dot = dots.get(id);
    const ageMs = nowMs - dot.sinceMs;
    if (last && ageMs > FADE_MS) {
      ids.delete(id);
      dots.delete(id);
      continue;
    }
    const x = box.right - (Math.floor(slot / rows) + 0.5) * pitch;
    const y = box.bottom - ((slot % rows) + 0.5) * pitch;
    const share = dot.fresh ? 1 : ease;
    dot.fresh = false;
    dot.x += (x - dot.x) * share;
    dot.y += (y - dot.y) * share;
    context.globalAlpha = last ? Math.max(0, 1 - ageMs / FADE_MS) : 1;
    context.beginPath();
    context.arc(dot.x, dot.y, pitch * 0.38, 0, Math.PI * 2);
    context.fill();
    slot += 1;
  }
  context.globalAlpha = 1;
}

/** The largest pitch with which all dots have room. */
function pitchFor(count, { width, height }) {
  const fits = (pitch) => Math.floor(width / pitch) * Math.floor(height / pitch) >= count;
  return PITCHES_PX.find(fits) ?? PITCHES_PX.at(-1);
}

function createHeads(list, labels) {
  return labels.map((label, stage) => {
    const item = list.appendChild(document.createElement('li'));
    item.style.setProperty('--colour', `var(--stage-${stage})`);
    item.innerHTML = '<h3></h3><code></code><p><strong>–</strong><small></small></p>';
    item.querySelector('h3').textContent = label;
    item.querySelector('small').textContent = stage === labels.length - 1 ? 'arrived' : 'here now';
    return { topic: item.querySelector('code'), count: item.querySelector('strong') };
  });
}

/** A canvas does not resolve custom properties: they are read from an element that uses them. */
function readColours(labels) {
  const probe = document.body.appendChild(document.createElement('i'));
  const colours = labels.map((_, stage) => {
    probe.style.color = `var(--stage-${stage})`;
    return getComputedStyle(probe).color;
  });
  probe.remove();
  return colours;
}
