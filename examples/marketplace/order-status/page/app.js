// @ts-nocheck The browser's types would be in the way of Node's in the rest of the program.
import { createBoard } from './board.js';
import { createChart } from './chart.js';
import { createFollowed } from './followed.js';

const LABELS = ['Placed', 'Billed', 'Paid', 'Reserved', 'Shipped'];
const LAST = LABELS.length - 1;
const KEPT_JOURNEYS = 200;
const RATE_SECONDS = 5;

const byId = (id) => document.getElementById(id);
const whole = new Intl.NumberFormat('en');

const board = createBoard(byId('dots'), byId('stages'), LABELS);
const chart = createChart(byId('chart'), byId('chart-top'));
const followed = createFollowed(byId('followed'), LABELS);
let journeysMs = [];
let samples = [];

const stream = new EventSource('events');
stream.onopen = () => showConnection('waiting', 'reading the history');
stream.onerror = () => showConnection('waiting', 'reconnecting');

on('snapshot', (snapshot) => {
  showConnection('live', 'live');
  samples = snapshot.samples;
  journeysMs = snapshot.latest.filter((order) => order.stage === LAST).map(journeyMs);
  board.reset(snapshot.stages, snapshot.orders);
  followed.reset(snapshot.orders.length > 0 ? snapshot.orders : snapshot.latest);
  showCounts(snapshot.counts);
  showRates();
});
on('changes', ({ counts, orders }) => {
  const arrived = orders.filter((order) => order.stage === LAST && order.at[0] !== null);
  journeysMs = [...journeysMs, ...arrived.map(journeyMs)].slice(-KEPT_JOURNEYS);
  for (const order of orders) {
    board.move(order);
    followed.move(order);
  }
  showCounts(counts);
});
on('sample', (sample) => {
  samples = [...samples, sample].slice(-chart.seconds);
  showRates();
});

function on(event, handle) {
  stream.addEventListener(event, ({ data }) => handle(JSON.parse(data)));
}

function journeyMs({ at }) {
  return at[LAST] - at[0];
}

function showConnection(state, text) {
  byId('connection').dataset.state = state;
  byId('connection').textContent = text;
}

function showCounts({ placed, inFlight, shipped, byStage }) {
  byId('placed').textContent = whole.format(placed);
  byId('in-flight').textContent = whole.format(inFlight);
  byId('shipped').textContent = whole.format(shipped);
  board.showCounts(byStage);
}

function showRates() {
  chart.draw(samples);
  const recent = samples.slice(-RATE_SECONDS);
  const rate = (of) => (recent.reduce((sum, sample) => sum + sample[of], 0) / Math.max(recent.length, 1)).toFixed(1);
  byId('placed-rate').textContent = `${rate('placed')} per second`;
  byId('shipped-rate').textContent = `${rate('shipped')} per second`;
  if (journeysMs.length === 0) return;
  const sorted = [...journeysMs].sort((a, b) => a - b);
  const seconds = (share) => (sorted[Math.floor((sorted.length - 1) * share)] / 1000).toFixed(1);
  byId('median').textContent = `${seconds(0.5)} s`;
  byId('slowest').textContent = `median; 95 % in ${seconds(0.95)} s`;
}

byId('theme').onclick = () => {
  const dark = matchMedia('(prefers-color-scheme: dark)').matches;
  const root = document.documentElement.dataset;
  root.theme = (root.theme ?? (dark ? 'dark' : 'light')) === 'dark' ? 'light' : 'dark';
  board.recolour();
};
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => board.recolour());
