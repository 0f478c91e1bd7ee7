// The list at the door: what is tapped shows at once, is queued, and is sent as soon as there is a network.
// Other phones are followed by asking every few seconds. The server decides; what it refuses stays in sight.

import { collapse, meets } from "./folding.js";
import { Queue, Troubles } from "./door-queue.js";
import { Scanner } from "./door-scan.js";

const POLL_MS = 4000;
const TIMEOUT_MS = 10_000;
const AT_ONCE = 50; // reports in one request, and rows shown before "show more"
const DOUBLE_TAP_MS = 600;
const SAME_TICKET_MS = 4000;

const $ = (id) => document.getElementById(id);
const data = JSON.parse($("door-data").textContent);
const { words } = data;
const queue = new Queue(data.event);
const troubles = new Troubles(data.event);
const guests = new Map();
const items = new Map(); // id of a guest → its <li>
const tapped = new Map();
let standing = data.standing;
let link = "connected"; // connected, offline, signed_out, refused
let shown = AT_ONCE;
let sending = false;

const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_whole, name) => values[name] ?? "");
const clock = (moment) => new Date(moment).toTimeString().slice(0, 5);
const csrf = () => JSON.parse(document.body.getAttribute("hx-headers"))["x-csrftoken"];

// --- guests ---

function put([id, name, state, code, came, hint]) {
  const known = guests.get(id);
  guests.set(id, { id, name, state, code, came, hint: hint ?? known?.hint ?? "", key: known?.name === name ? known.key : collapse(name) });
}

function byTicket(code) {
  for (const guest of guests.values()) if (guest.code === code) return guest;
  return null;
}

// Somebody written down here whom the server does not know yet.
function unsentGuest(report) {
  return { id: report.id, name: report.name, state: "confirmed", code: "", came: clock(report.at), hint: "", key: collapse(report.name), isNew: true };
}

function everybody() {
  const fresh = queue.all().filter((report) => report.step === "walk_in").map(unsentGuest);
  const byName = (one, other) => (one.key < other.key ? -1 : Number(one.key > other.key));
  return [...fresh, ...guests.values()].sort(byName);
}

function stateOf(guest) {
  const last = guest.isNew ? "in" : queue.lastOf(guest.id);
  return { isHere: last ? last === "in" : Boolean(guest.came), isUnsent: Boolean(last), isSeated: data.seated.includes(guest.state) };
}

// --- what is tapped ---

function tap(guest) {
  const { isHere, isSeated } = stateOf(guest);
  if (!isHere && !isSeated) return ask(guest);
  if (Date.now() - (tapped.get(guest.id) ?? 0) < DOUBLE_TAP_MS) return;
  tapped.set(guest.id, Date.now());
  if (guest.isNew) return takeBack(guest);
  if (isHere) return report({ step: "out", guest: guest.id }, fill(words.is_out, guest));
  report({ step: "in", guest: guest.id }, fill(words.is_in, guest));
}

function takeBack(guest) {
  if (sending) return;
  queue.drop(guest.id);
  say(fill(words.is_out, guest));
  draw();
}

function report(said, spoken) {
  queue.add(said);
  say(spoken);
  draw();
  send();
}

// Whoever has no seat is let in only by a second, deliberate tap.
function ask(guest) {
  const item = items.get(guest.id);
  if (item.querySelector(".message")) return item.querySelector(".message button").focus();
  const note = noteOf(fill(words[guest.state], guest), [
    [words.over, () => { note.remove(); report({ step: "in", guest: guest.id, over: true }, fill(words.is_in, guest)); item.querySelector("button").focus(); }],
    [words.leave, () => { note.remove(); item.querySelector("button").focus(); }],
  ], "div");
  item.append(note);
  note.querySelector("button").focus();
}

function noteOf(text, buttons, tag = "li") {
  const made = $("door-note").content.cloneNode(true).firstElementChild;
  const note = tag === "li" ? made : document.createElement(tag);
  if (note !== made) {
    note.className = made.className;
    note.append(...made.childNodes);
  }
  note.querySelector("p").textContent = text;
  for (const [label, act] of buttons) {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "btn btn-secondary", textContent: label });
    button.addEventListener("click", act);
    note.querySelector(".actions").append(button);
  }
  return note;
}

// --- the network ---

async function askServer(url, options = {}) {
  const answer = await fetch(url, { ...options, headers: { Accept: "application/json", ...options.headers }, signal: AbortSignal.timeout(TIMEOUT_MS) });
  if (answer.redirected || answer.status === 401) return told("signed_out");
  if (answer.status === 403 || answer.status === 404 || answer.status === 400) return told("refused");
  if (!answer.ok) throw new Error(answer.status);
  link = "connected";
  return answer.json();
}

function told(state) {
  link = state;
  return null;
}

async function send() {
  if (sending || !queue.waiting.size) return;
  sending = true;
  showLink();
  try {
    const body = JSON.stringify({ reports: queue.first(AT_ONCE) });
    const headers = { "Content-Type": "application/json", "X-CSRFToken": csrf() };
    const answer = await askServer(`${data.report}?seit=${standing.now}`, { method: "POST", body, headers });
    if (answer) arrived(answer);
  } catch {
    link = "offline";
  } finally {
    sending = false;
    draw();
  }
  if (link === "connected" && queue.waiting.size) send();
}

function arrived({ results, ...news }) {
  for (const result of results) {
    const said = queue.all().find((one) => one.id === result.id);
    queue.drop(result.id);
    if (result.guest) put(result.guest);
    settle(result, said);
  }
  follow(news);
}

// Nothing that was tapped gets lost: what could not be done is kept in words until somebody settles it.
function settle(result, said) {
  const isGood = result.outcome === "done" || result.outcome === "already";
  if (said?.code) return answerScan(result.words, isGood ? (result.outcome === "done" ? "good" : "warning") : "danger", isGood ? null : troubleOf(result, said));
  if (!isGood) troubles.add(troubleOf(result, said));
}

function troubleOf(result, said) {
  const again = result.may_be_let_in && said ? { step: said.step, guest: said.guest, code: said.code, name: said.name, email: said.email, over: true } : null;
  return { id: result.id, words: result.words, again };
}

function follow(news) {
  for (const row of news.guests) put(row);
  standing = news.standing;
}

async function poll() {
  try {
    if (queue.waiting.size) await send();
    else if (!document.hidden) {
      const news = await askServer(`${data.state}?seit=${standing.now}`);
      if (news) follow(news);
    }
  } catch {
    link = "offline";
  }
  draw();
  setTimeout(poll, POLL_MS);
}

// --- the page ---


function say(text) {
  $("door-found").textContent = text;

}

function draw() {
  showCount();
  showLink();
  showTroubles();
  showList();
  showSeats();
}

// Taps that have not arrived are counted, too.
function here() {
  const change = { in: 1, out: -1 };
  let sum = standing.came;
  for (const guest of everybody()) {
    const { isHere, isUnsent } = stateOf(guest);
    if (isUnsent && (guest.isNew || isHere !== Boolean(guest.came))) sum += change[isHere ? "in" : "out"];
  }
  return sum;
}

const write = (element, text) => { if (element.textContent !== text) element.textContent = text; };

function showCount() {
  const fresh = queue.all().filter((one) => one.step === "walk_in").length;
  write($("door-count"), fill(words.here, { came: here(), expected: standing.expected + fresh }));
}

function linkWords() {
  const n = queue.waiting.size;
  if (link === "signed_out" || link === "refused") return fill(words[link], { n });
  if (n && link === "offline") return n === 1 ? words.waiting_one : fill(words.waiting_many, { n });
  if (link === "offline") return words.offline;
  if (!queue.keeps) return words.forgetful;
  return n ? words.sending : words.connected;
}

function showLink() {
  write($("door-link"), linkWords());
  $("door-reload").hidden = link !== "signed_out" && link !== "refused";
  $("door-link").classList.toggle("is-open", link !== "connected" || !queue.keeps);
}

function showTroubles() {
  const list = $("door-trouble");
  const ids = troubles.rows.map((row) => row.id).join();
  if (list.dataset.ids === ids) return;
  list.dataset.ids = ids;
  list.replaceChildren(...troubles.rows.map((row) => noteOf(row.words, [
    ...(row.again ? [[words.over, () => { troubles.settle(row.id); report(row.again, ""); }]] : []),
    [words.dismiss, () => { troubles.settle(row.id); draw(); }],
  ])));
}

function matching() {
  const wanted = collapse($("door-words").value);
  const rows = wanted ? everybody().filter((guest) => meets(guest.key, wanted)) : everybody();
  return $("door-missing").checked ? rows.filter((guest) => !stateOf(guest).isHere && stateOf(guest).isSeated) : rows;
}

function showList() {
  const rows = matching();
  const page = rows.slice(0, shown);
  const list = $("door-list");
  const wanted = page.map(itemOf);
  const isSame = wanted.length === list.children.length && wanted.every((item, n) => item === list.children[n]);
  if (!isSame) list.replaceChildren(...wanted);
  $("door-nobody").hidden = rows.length > 0;
  $("door-more").hidden = rows.length <= shown;
  return rows;
}

function itemOf(guest) {
  let item = items.get(guest.id);
  if (!item) {
    item = $("door-guest").content.cloneNode(true).firstElementChild;
    item.querySelector("button").addEventListener("click", () => tap(guests.get(guest.id) ?? guest));
    items.set(guest.id, item);
  }
  dress(item, guest);
  return item;
}

function dress(item, guest) {
  const { isHere, isUnsent, isSeated } = stateOf(guest);
  const button = item.querySelector("button");
  button.setAttribute("aria-pressed", String(isHere));
  button.classList.toggle("is-unseated", !isSeated && !isHere);
  button.classList.toggle("is-unsent", isUnsent);
  write(item.querySelector(".door-name"), guest.name);
  const unsent = isUnsent && link !== "connected" ? words.unsent : "";
  write(item.querySelector(".door-meta"), [isHere ? "" : words[`state_${guest.state}`], guest.hint, unsent].filter(Boolean).join(" · "));
  write(item.querySelector(".door-time"), isHere && guest.came ? guest.came : "");
}

$("door-words").addEventListener("input", () => {
  shown = AT_ONCE;
  const rows = showList();
  if ($("door-words").value) say(fill(words.found, { n: rows.length }));
});
$("door-words").addEventListener("focus", () => $("door-words").select());
$("door-missing").addEventListener("change", showList);
$("door-more").addEventListener("click", () => {
  const first = shown;
  shown += AT_ONCE;
  showList();
  $("door-list").children[first]?.querySelector("button").focus();
});

// --- somebody without a registration ---

function freeSeats() {
  return data.capacity === null ? null : Math.max(0, data.capacity - standing.expected - queue.all().filter((one) => one.step === "walk_in").length);
}

function showSeats() {
  const free = freeSeats();
  const text = free === null ? words.no_limit : free ? fill(words.free, { free }) : fill(words.full, { capacity: data.capacity, came: here() });
  write($("door-seats").querySelector("p"), text);
  $("door-seats").classList.toggle("message-warning", free === 0);
  write($("door-let-in"), free === 0 ? words.over : $("door-let-in").dataset.words);
}

$("door-let-in").dataset.words = $("door-let-in").textContent;
document.querySelector("[data-open=door-walk-in]").addEventListener("click", () => {
  const typed = $("door-words").value.trim();
  if (typed && !$("door-name").value) $("door-name").value = typed;
  $("door-name").focus();
});
$("door-walk-in-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const { name, email } = event.target.elements;
  if (!name.value.trim()) return name.focus();
  const said = { step: "walk_in", name: name.value.trim(), email: email.value.trim(), over: freeSeats() === 0 };
  event.target.reset();
  $("door-words").value = "";
  $("door-walk-in").close();
  report(said, fill(words.is_in, said));
});

// --- tickets ---

let lastTicket = { code: "", at: 0 };
const scanner = new Scanner($("door-video"), $("door").dataset.decoder, scanned);

function answerScan(text, tone, trouble = null) {
  $("door-answer").className = `door-answer message message-${tone}`;
  $("door-answer").textContent = text;
  navigator.vibrate?.(tone === "good" ? 80 : [80, 80, 80]);
  if (trouble) troubles.add(trouble);
}

// The address of a ticket, as the QR code holds it, or what is printed below it.
function codeIn(text) {
  const spelt = text.trim().toUpperCase();
  const code = (spelt.match(/\/EINLASS\/([0-9A-Z]+)\/?$/)?.[1] ?? spelt).replace(/[\s-]/g, "").replace(/O/g, "0").replace(/[IL]/g, "1");
  return /^[0-9A-HJKMNP-TV-Z]{10}$/.test(code) ? code : "";
}

function scanned(text) {
  const code = codeIn(text);
  const now = Date.now();
  if ((code || text) === lastTicket.code && now - lastTicket.at < SAME_TICKET_MS) return (lastTicket.at = now);
  lastTicket = { code: code || text, at: now };
  if (!code) return answerScan(words.foreign, "danger");
  const guest = byTicket(code);
  if (!guest) {
    answerScan(words.not_in_list, "warning");
    return report({ step: "in", code }, "");
  }
  admit(guest, code);
}

function admit(guest, code) {
  const { isHere, isSeated } = stateOf(guest);
  if (isHere) return answerScan(fill(words.since, { name: guest.name, time: guest.came || clock(Date.now()) }), "warning");
  if (!isSeated) {
    const trouble = { id: code, words: fill(words[guest.state], guest), again: { step: "in", guest: guest.id, over: true } };
    return answerScan(trouble.words, "danger", trouble), draw();
  }
  answerScan(fill(words.is_in, guest), "good");
  report({ step: "in", guest: guest.id }, "");
}

document.querySelector("[data-open=door-scan]").addEventListener("click", async () => {
  $("door-answer").textContent = "";
  lastTicket = { code: "", at: 0 };
  try {
    await scanner.start();
  } catch {
    scanner.stop();
    answerScan(words.no_camera, "warning");
    $("door-code").focus();
  }
});
$("door-scan").addEventListener("close", () => scanner.stop());
$("door-code-form").addEventListener("submit", (event) => {
  event.preventDefault();
  lastTicket = { code: "", at: 0 };
  if ($("door-code").value.trim()) scanned($("door-code").value);
  $("door-code").select();
});

// --- start ---

for (const row of data.guests) put(row);
$("door-reload").addEventListener("click", () => location.reload());
$("door").hidden = false;
const asked = byTicket(new URLSearchParams(location.search).get("ticket") ?? "");
if (asked) $("door-words").value = asked.name;
draw();
if (asked) items.get(asked.id)?.querySelector("button").focus();
window.addEventListener("online", send);
window.addEventListener("offline", () => { link = "offline"; draw(); });
document.addEventListener("visibilitychange", () => document.hidden || send());
// Without a network the page would not come back, and without storage nor would what was tapped.
window.addEventListener("beforeunload", (event) => {
  if (link === "offline" || (queue.waiting.size && !queue.keeps)) event.preventDefault();
});
if (!navigator.onLine) link = "offline";
poll();
