// The ARIA 1.2 combobox over a plain search or text field: [data-combobox] with data-url, data-mode navigate | pick.
// Everything is delegated, so fields that HTMX brings later work too. Answers: see templates/components/combobox.html.

const WAIT_MS = 150;
const words = document.getElementById("ui-words")?.dataset ?? {};
const state = new WeakMap();

function of(input) {
  const root = input.closest("[data-combobox]");
  if (!root) return null;
  if (!state.has(root)) state.set(root, build(root, input));
  return state.get(root);
}

function build(root, input) {
  const list = document.createElement("ul");
  list.id = `${input.id}-list`;
  list.className = "combobox-list";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", root.querySelector("label")?.textContent.trim() ?? document.querySelector(`label[for="${input.id}"]`)?.textContent.trim() ?? "");
  const status = document.createElement("div");
  status.className = "visually-hidden";
  status.setAttribute("role", "status");
  root.append(list, status);
  for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id })) input.setAttribute(name, value);
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]:not([aria-disabled])");
    if (option) pick(box, option);
  });
  const box = { root, input, list, status, timer: 0, request: null, value: root.querySelector("[data-combobox-value]"), waiting: false };
  return box;
}

const isField = (element) => element?.matches?.("[data-combobox] input:not([type=hidden])");

document.addEventListener("focusin", (event) => isField(event.target) && of(event.target));
document.addEventListener("focusout", (event) => isField(event.target) && close(of(event.target)));
document.addEventListener("input", (event) => {
  if (!isField(event.target) || event.detail === "picked") return;
  const box = of(event.target);
  if (box.value) box.value.value = "";
  clearTimeout(box.timer);
  box.request?.abort();
  const least = Number(box.root.dataset.min ?? 1);
  if (box.input.value.trim().length < least) return close(box);
  box.timer = setTimeout(() => ask(box), WAIT_MS);
});

async function ask(box) {
  box.timer = 0;
  box.request = new AbortController();
  const address = new URL(box.root.dataset.url, window.location.href);
  address.searchParams.set("q", box.input.value.trim());
  try {
    const answer = await fetch(address, { headers: { Accept: "application/json, text/html;q=0.9", "X-Requested-With": "XMLHttpRequest" }, signal: box.request.signal });
    if (!answer.ok || answer.redirected) return close(box);
    const json = (answer.headers.get("Content-Type") ?? "").includes("json");
    show(box, json ? fromJson(await answer.json()) : fromHtml(await answer.text()));
  } catch (error) {
    if (error.name !== "AbortError") close(box);
  }
}

function fromHtml(text) {
  return [...new DOMParser().parseFromString(text, "text/html").querySelectorAll("[role=option]")];
}

function fromJson({ results = [], create }) {
  const options = results.map((one) => option(one.label, { value: one.id ?? "", url: one.url ?? "", ...(one.far && { far: "1" }) }, one.hint, one.kind));
  if (create) options.push(Object.assign(option(create.label, { url: create.url }), { className: "option-create" }));
  return options;
}

function option(label, data, hint, kind) {
  const item = document.createElement("li");
  item.setAttribute("role", "option");
  Object.assign(item.dataset, data);
  for (const [text, name] of [[label, "option-label"], [hint, "option-hint"], [kind, "option-kind"]]) {
    if (!text) continue;
    const part = document.createElement("span");
    part.className = name;
    part.textContent = text;
    item.append(part, " ");
  }
  return item;
}

function show(box, options) {
  const found = options.filter((one) => !one.classList.contains("option-create")).length;
  const reveal = box.root.dataset.create;
  if (reveal !== undefined) options.push(Object.assign(option(`${reveal || "+"} „${box.input.value.trim()}“`, { create: "1" }), { className: "option-create" }));
  options.forEach((one, index) => { one.id = `${box.list.id}-${index}`; one.setAttribute("aria-selected", "false"); });
  if (!found) options.unshift(noHit());
  box.list.replaceChildren(...options);
  box.status.textContent = found === 0 ? words.none : found === 1 ? words.one : (words.many ?? "").replace("{count}", found);
  const open = document.activeElement === box.input && options.length > 0;
  box.list.hidden = !open;
  box.input.setAttribute("aria-expanded", String(open));
  // Enter must not take a stranger who is only the least unlike: then "create" comes before.
  mark(box, choices(box).find((one) => !one.dataset.far) ?? choices(box)[0]);
  if (box.waiting) enter(box);
}

// A listbox may hold options only: "no hit" is one that cannot be chosen.
function noHit() {
  const item = document.createElement("li");
  item.className = "option-none";
  item.textContent = words.none ?? "";
  item.setAttribute("role", "option");
  item.setAttribute("aria-disabled", "true");
  return item;
}

const choices = (box) => [...box.list.querySelectorAll("[role=option]:not([aria-disabled])")];
const marked = (box) => box.list.querySelector("[aria-selected=true]");

function mark(box, one) {
  marked(box)?.setAttribute("aria-selected", "false");
  if (!one) return box.input.removeAttribute("aria-activedescendant");
  one.setAttribute("aria-selected", "true");
  box.input.setAttribute("aria-activedescendant", one.id);
  one.scrollIntoView({ block: "nearest" });
}

function close(box) {
  box.waiting = false;
  clearTimeout(box.timer);
  box.timer = 0;
  box.request?.abort();
  box.list.hidden = true;
  box.input.setAttribute("aria-expanded", "false");
  box.input.removeAttribute("aria-activedescendant");
}

document.addEventListener("keydown", (event) => {
  if (!isField(event.target) || event.isComposing || event.ctrlKey || event.metaKey) return;
  const box = of(event.target);
  if (event.key === "ArrowDown" || event.key === "ArrowUp") return move(box, event);
  if (event.key === "Escape" && !box.list.hidden) { event.preventDefault(); event.stopPropagation(); return close(box); }
  if (event.key === "Enter" && (box.timer || !box.list.hidden)) { event.preventDefault(); enter(box); }
}, true);

function move(box, event) {
  event.preventDefault();
  if (box.list.hidden) return box.input.value.trim() && ask(box);
  const all = choices(box);
  const step = event.key === "ArrowDown" ? 1 : -1;
  mark(box, all[(all.indexOf(marked(box)) + step + all.length) % all.length]);
}

// Fast typists press Enter before the answer is there: the first hit is taken when it comes.
function enter(box) {
  const one = marked(box);
  if (box.timer) { clearTimeout(box.timer); box.waiting = true; return ask(box); }
  box.waiting = false;
  if (one) return pick(box, one);
  if (box.root.dataset.mode === "navigate") box.input.form?.requestSubmit();
}

function pick(box, one) {
  const label = (one.querySelector(".option-label") ?? one).textContent.trim();
  const { value = "", url = "", create } = one.dataset;
  close(box);
  if (create) return made(box);
  if (box.root.dataset.mode === "navigate" || (!value && url)) return url && window.location.assign(url);
  box.input.value = label;
  if (box.value) box.value.value = value;
  fire(box, "combobox:pick", { value, label, url });
}

// "Create" opens the element named by data-create-reveal and hands it the typed text.
function made(box) {
  const text = box.input.value.trim();
  const place = document.getElementById(box.root.dataset.createReveal ?? "");
  if (place) {
    place.hidden = false;
    if (place.matches("details")) place.open = true;
    const field = place.querySelector("[data-create-text], input:not([type=hidden])");
    if (field && !field.value) field.value = text;
    field?.focus();
  }
  fire(box, "combobox:create", { text });
}

function fire(box, name, detail) {
  box.root.dispatchEvent(new CustomEvent(name, { bubbles: true, detail }));
  box.input.dispatchEvent(new CustomEvent("input", { bubbles: true, detail: "picked" }));
}
