// What the meter says reaches the page as text, never as HTML.
'use strict';

const WORDS = {  // English, Dutch
  power: ['Power now', 'Vermogen nu'],
  balance: ['In balance', 'In balans'],
  high: ['Highest', 'Hoogste'],
  low: ['Lowest', 'Laagste'],
  now: ['now', 'nu'],
  clock: ['Meter’s clock', 'Klok van de meter'],
  totals: ['Meter readings', 'Meterstanden'],
  delivered: ['Import', 'Afname'],
  returned: ['Export', 'Teruglevering'],
  tariff: ['Tariff', 'Tarief'],
  active: ['active', 'actief'],
  total: ['Total', 'Totaal'],
  phases: ['Phases', 'Fasen'],
  phase: ['Phase', 'Fase'],
  watts: ['Power', 'Vermogen'],
  voltage: ['Voltage', 'Spanning'],
  current: ['Current', 'Stroom'],
  others: ['Other readings', 'Andere metingen'],
  measured: ['measured', 'gemeten'],
  gas: ['Gas', 'Gas'],
  water: ['Water', 'Water'],
  warm_water: ['Hot water', 'Warm water'],
  heat: ['Heat', 'Warmte'],
  cooling: ['Cooling', 'Koude'],
  demand: ['Demand of this quarter', 'Kwartiervermogen'],
  demand_peak_month: ['Peak of this month', 'Maandpiek'],
  start: ['Connecting…', 'Verbinden…'],
  live: ['Live', 'Live'],
  wait: ['Waiting for the meter', 'Wacht op de meter'],
  silent: ['Meter silent', 'Meter zwijgt'],
  down: ['Logger not reachable', 'Logger niet bereikbaar'],
  waitNote: ['No telegram from the meter yet. Is the cable in its P1 port?',
    'Nog geen telegram van de meter. Zit de kabel in de P1-poort?'],
  silentNote: ['No telegram from the meter any more; these are its last readings. Is the cable in its P1 port?',
    'Geen telegram meer van de meter; dit zijn de laatste waarden. Zit de kabel in de P1-poort?'],
  downNote: ['The logger does not answer; this page keeps trying.',
    'De logger antwoordt niet; deze pagina blijft het proberen.'],
  seen: ['Last answer:', 'Laatste antwoord:'],
  telegrams: ['telegrams', 'telegrammen'],
  errors: ['with errors', 'met fouten'],
};
const LOCALES = { en: 'en-GB', nl: 'nl-NL' };
let language = 'en';
const t = (word) => WORDS[word][language === 'nl' ? 1 : 0];

// ---- elements -----------------------------------------------------------------------------------
const $ = (id) => document.getElementById(id);

function text(id, value) {
  if ($(id).textContent !== value) $(id).textContent = value;
}

function el(tag, attributes, ...children) {
  const like = /^(svg|rect|line|text)$/.test(tag) ? 'chart' : 'cards';
  const node = document.createElementNS($(like).namespaceURI, tag);
  for (const name in attributes) node.setAttribute(name, attributes[name]);
  node.append(...children.flat().filter(Boolean));
  return node;
}

// Makes `old` like `fresh`, touching only what differs: a selection and a screen reader's place
// survive a reading every second.
function sync(old, fresh) {
  const parts = fresh.childNodes;
  if (old.nodeName !== fresh.nodeName || old.childNodes.length !== parts.length) return old.replaceWith(fresh);
  if (old.data !== fresh.data) old.data = fresh.data;
  for (const a of fresh.attributes || []) {
    if (old.getAttribute(a.name) !== a.value) old.setAttribute(a.name, a.value);
  }
  [...parts].forEach((part, i) => sync(old.childNodes[i], part));
}

// ---- values: as text, for a number would lose the last digit of "0.110" --------------------------
const decimals = (value) => ((value || '').split('.')[1] || '').length;
const show = (value) => (!value || isNaN(value) ? value || '' : Number(value).toLocaleString(LOCALES[language], {
  minimumFractionDigits: decimals(value), maximumFractionDigits: decimals(value) }).replace('-', '−'));
const add = (a, b, sign = 1) => (a || b) &&
  (Number(a || 0) + sign * Number(b || 0)).toFixed(Math.max(decimals(a), decimals(b)));
const unit = (field) => (field ? (field.unit || '').replace('m3', 'm³') : '');

// "101209113020W" as on the meter's clock, whatever the browser's zone.
function stamp(tst, style) {
  const p = /^(..)(..)(..)(..)(..)(..)[SW]/.exec(tst);
  return p ? new Date(Date.UTC(2000 + +p[1], p[2] - 1, p[3], p[4], p[5], p[6]))
    .toLocaleString(LOCALES[language], { timeZone: 'UTC', ...style }) : '';
}

// An answer's list by name. Inside a JSON text quotes are escaped: no such text can match.
function fields(answer) {
  const list = Object.values(JSON.parse(answer.replace(/"value": ?(-?\d[\d.]*)/g, '"value":"$1"')))[0];
  return Object.fromEntries(list.filter((f) => f.value).map((f) => [f.name, f]));
}

const MINUTE = { hour: '2-digit', minute: '2-digit' };

// ---- the tab "actual": what the meter lacks has no place ------------------------------------------
const PLACED = /^(energy_(delivered|returned)_|power_(delivered|returned)|(voltage|current)_l\d)/;

function card(word, content) {
  return content && el('section', { id: word, class: 'card' }, el('h2', {}, t(word)), content);
}

function table(head, rows) {
  return el('table', {}, el('thead', {}, el('tr', {}, head.map((h) => el('th', { scope: 'col' }, h)))),
    el('tbody', {}, rows.map(([first, ...cells]) => el('tr', {}, el('th', { scope: 'row' }, first),
      cells.map((c) => el('td', {}, c))))));
}

function render(data) {
  const value = (name) => data[name] && data[name].value;
  const measured = (number, field) => [show(number), ' ', el('small', {}, unit(field))];

  const net = add(value('power_delivered'), value('power_returned'), -1);
  const flow = net > 0 ? 'delivered' : net < 0 ? 'returned' : 'balance';
  $('power').hidden = !net;
  $('power').dataset.flow = flow;
  text('net', show(net));
  text('unit', unit(data.power_delivered || data.power_returned));
  text('flow', t(flow));
  const time = stamp(value('timestamp'), { dateStyle: 'medium', timeStyle: 'medium' });
  text('clock', time && `${t('clock')}: ${time}`);

  const register = (way, row) => data[`energy_${way}_${row}`];
  const tariffs = [1, 2, 3, 4, 5].map((n) => 'tariff' + n);
  const rows = [...tariffs, 'total'].filter((r) => register('delivered', r) || register('returned', r));
  const ways = ['delivered', 'returned'].filter((w) => rows.some((r) => register(w, r)));
  const sum = (way) => tariffs.reduce((s, r) => add(s, value(`energy_${way}_${r}`)), '');
  if (rows.length > 1 && !rows.includes('total')) rows.push('total');
  const totals = table(['kWh', ...ways.map(t)], rows.map((r) => [
    r === 'total' ? t(r) : [`${t('tariff')} ${r[6]} `, +r[6] === +value('electricity_tariff') && el('mark', {}, t('active'))],
    ...ways.map((w) => show(value(`energy_${w}_${r}`) || (r === 'total' && sum(w))))]));

  const load = (n) => add(value('power_delivered_l' + n), value('power_returned_l' + n), -1);
  const most = Math.max(0.001, ...[1, 2, 3].map((n) => Math.abs(load(n) || 0)));
  const columns = {
    watts: (n) => load(n) && [...measured(load(n), data['power_delivered_l' + n] || data['power_returned_l' + n]),
      el('svg', { 'aria-hidden': true }, el('rect', { width: `${100 * Math.abs(load(n)) / most}%`,
        height: 4, rx: 2, class: load(n) < 0 ? 'returned' : 'delivered' }))],
    voltage: (n) => value('voltage_l' + n) && measured(value('voltage_l' + n), data['voltage_l' + n]),
    current: (n) => value('current_l' + n) && measured(value('current_l' + n), data['current_l' + n]),
  };
  const shown = Object.keys(columns).filter((c) => [1, 2, 3].some(columns[c]));
  const phases = [1, 2, 3].filter((n) => shown.some((c) => columns[c](n)));

  const today = (value('timestamp') || '').slice(0, 6);
  const others = Object.values(data).filter((f) => f.unit && !PLACED.test(f.name)).map((f) => {
    const name = f.name.replace(/_delivered$/, '');
    return el('div', {}, el('dt', {}, WORDS[name] ? t(name) : f.name.replace(/_/g, ' ')),
      el('dd', {}, measured(f.value, f)),
      f.timestamp && el('dd', {}, `${t('measured')} ${stamp(f.timestamp, f.timestamp.slice(0, 6) === today ? MINUTE
        : { day: 'numeric', month: 'short', ...MINUTE })}`));
  });

  sync($('cards'), el('div', { id: 'cards' },
    card('totals', rows.length && totals),
    card('phases', phases.length && table([t('phase'), ...shown.map(t)],
      phases.map((n) => ['L' + n, ...shown.map((c) => columns[c](n))]))),
    card('others', others.length && el('dl', {}, others))));
  return net;
}

// ---- the chart: a step per reading, kept by this page only ----------------------------------------
const WINDOWS = [1, 2, 5, 10];  // minutes; the smallest that holds what there is
let samples = [];            // {from, to, value, joined (to the one before)}

function sample(value, now) {
  const last = samples[samples.length - 1];
  const joined = last && now - last.to < 15000;
  if (joined) last.to = now;
  if (!joined || last.value !== value) samples.push({ from: now, to: now, value, joined });
  samples = samples.filter((s) => s.to > now - 10 * 60000);
}

function draw() {
  const { clientWidth: width, clientHeight: height } = $('chart');
  if (!samples.length || !width) return;
  const sorted = samples.map((s) => s.value).sort((a, b) => a - b);
  const [low, high] = [sorted[0], sorted[sorted.length - 1]];
  const end = samples[samples.length - 1].to;
  const minutes = WINDOWS.find((m) => samples[0].from > end - m * 60000) || 10;

  // Round numbers, zero among them, in at most five steps.
  const span = Math.max(0.05, high, -low, high - low);
  const ten = 10 ** Math.floor(Math.log10(span / 4));
  const step = ten * [1, 2, 5, 10].find((m) => span <= 4 * m * ten);
  const bottom = Math.floor(Math.min(low, 0) / step), top = Math.ceil(Math.max(high, 0) / step) || +!bottom;
  const x = (time) => Math.max(40, width - (width - 40) * (end - time) / minutes / 60000).toFixed(1);
  const y = (value) => (8 + (height - 16) * (top - value / step) / (top - bottom)).toFixed(1);

  $('grid').replaceChildren();
  for (let i = bottom; i <= top; i++) {
    const at = i * step;
    $('grid').append(el('line', { x1: 40, x2: width, y1: y(at), y2: y(at), class: i ? '' : 'zero' }),
      el('text', { x: 32, y: +y(at) + 4 }, show(at.toFixed(Math.max(0, -Math.floor(Math.log10(step)))))));
  }
  $('ink').setAttribute('y2', height);
  for (const stop of $('ink').children) stop.setAttribute('offset', y(0) / height);
  const d = { line: '', area: '' };
  for (const s of samples) {
    const from = x(s.from), to = x(s.to), level = y(s.value);
    d.line += `${s.joined && d.line ? 'V' : `M${from} `}${level}H${to}`;
    d.area += `M${from} ${y(0)}V${level}H${to}V${y(0)}`;
  }
  for (const id in d) $(id).setAttribute('d', d[id]);

  text('since', `−${minutes} min`);
  for (const [id, value] of [['high', high], ['low', low]]) text(id, `${show(value)} ${$('unit').textContent}`);
}

// ---- how the logger and the meter are -------------------------------------------------------------
let data = null;              // the last reading, by name
let info = {};                // dev/info, by name
let answer = '';              // the last reading as it came
let changed = 0, reached = 0, informed = 0;  // ms: a new answer, any answer, dev/info
let failures = 0;             // in a row
const told = (name) => Number(info[name] ? info[name].value : NaN);

// Seconds that make a meter silent: three telegrams and a bit, one a second or one in ten.
const patience = () => Math.min(35, Math.max(10, 3.5 * told('uptime') / told('telegrams') || 35));

function state() {
  if (failures > 1) return 'down';
  if (!data) return 'start';
  if (!Object.keys(data).length) return 'wait';
  const known = told('last_telegram_seconds') >= 0;
  const since = known ? changed <= informed && told('last_telegram_seconds') + (reached - informed) / 1000
    : data.timestamp && (reached - changed) / 1000;
  return since > patience() ? 'silent' : 'live';
}

function report() {
  const is = state();
  document.body.dataset.state = is;
  text('status', t(is));
  text('notice', (WORDS[is + 'Note'] ? t(is + 'Note') : '') + (is === 'down' && reached
    ? ` ${t('seen')} ${new Date(reached).toLocaleTimeString(LOCALES[language])}.` : ''));
  if (info.hostname) text('host', (document.title = info.hostname.value));
  text('device', [
    info.version && `dsmrforge ${info.version.value}`,
    info.board && info.board.value,
    info.telegrams && `${show(info.telegrams.value)} ${t('telegrams')}`,
    told('crc_errors') > 0 && `${show(info.crc_errors.value)} ${t('errors')}`,
    told('rssi') < 0 && `wifi ${show(info.rssi.value)} dBm`,
  ].filter(Boolean).join(' · '));
}

// ---- asking: one request at a time, and none while nobody looks -----------------------------------
let timer = 0, busy = false, delay = 1000;

async function get(path) {
  const stop = new AbortController();
  const late = setTimeout(() => stop.abort(), 5000);
  const response = await fetch('api/v1/' + path, { cache: 'no-store', signal: stop.signal });
  if (!response.ok) throw response.status;
  const body = await response.text();
  clearTimeout(late);
  return body;
}

async function ask() {
  clearTimeout(timer);
  if (busy || document.hidden) return;
  busy = true;
  try {
    const said = await get('sm/actual');
    reached = Date.now();
    data = fields(said);
    // Not every meter sends every second.
    delay = said === answer ? Math.min(delay + 1000, 5000) : 1000;
    if (said !== answer) changed = reached;
    answer = said;
    if (reached - informed > (reached - changed > 10000 ? 5000 : 30000)) {
      info = await get('dev/info').then(fields, () => info);
      informed = reached;
    }
    failures = 0;
    const net = render(data);
    if (net && state() === 'live') sample(net, reached);
    draw();
  } catch (e) {
    delay = Math.min(1000 * 2 ** ++failures, 10000);
  }
  busy = false;
  report();
  timer = setTimeout(ask, delay);
}

function speak(chosen) {
  language = chosen;
  document.documentElement.lang = chosen;
  for (const b of $('languages').children) b.setAttribute('aria-pressed', b.value === chosen);
  for (const node of document.querySelectorAll('[data-t]')) node.textContent = t(node.dataset.t);
  if (data) render(data);
  draw();
  report();
}

// Where the browser forbids storage, the choice lasts as long as the page.
let remembered;
try { remembered = localStorage.language; } catch (e) { }
$('languages').onclick = (event) => {
  const chosen = event.target.value;
  if (!chosen) return;
  speak(chosen);
  try { localStorage.language = chosen; } catch (e) { }
};
speak([remembered, ...navigator.languages.map((l) => l.slice(0, 2))].find((l) => LOCALES[l]) || 'en');
window.onresize = draw;
document.onvisibilitychange = ask;
ask();
