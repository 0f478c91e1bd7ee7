// Keys: "/" and Ctrl+K search, letters and "g x" follow [data-shortcut], "?" the list, Ctrl+Enter saves.
// Single letters can be switched off (WCAG 2.1.4); on this device in the list of keys, everywhere in the profile (data-single-keys).

const STORE = "shortcuts";
const PREFIX_MS = 1500;
let prefix = "";
let timer = 0;

const lettersOn = () => document.body.dataset.singleKeys !== "off" && localStorage.getItem(STORE) !== "off";
const typing = (element) => element?.closest("input:not([type=checkbox], [type=radio], [type=button], [type=submit]), textarea, select, [contenteditable]");

function searchField() {
  return document.querySelector("[data-shortcut-focus='/']");
}

function toSearch(event) {
  const field = searchField();
  if (!field) return;
  event.preventDefault();
  if (field.offsetParent) { field.focus(); field.select(); } else window.location.assign(field.form.action);
}

function press(key, event) {
  const scope = document.querySelector("dialog[open]") ?? document;
  const target = scope.querySelector(`[data-shortcut="${CSS.escape(key).replace("\\ ", " ")}"]`);
  if (!target) return false;
  event.preventDefault();
  target.click();
  return true;
}

function letters(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || !lettersOn()) return;
  if (event.key === "/") return toSearch(event);
  if (event.key === "?") return help(event);
  if (event.key.length !== 1) return;
  const key = prefix + event.key.toLowerCase();
  clearTimeout(timer);
  prefix = "";
  if (press(key, event)) return;
  if (event.key === "g") {
    prefix = "g ";
    timer = setTimeout(() => { prefix = ""; }, PREFIX_MS);
  }
}

function help(event) {
  const dialog = document.getElementById("shortcuts-help");
  if (!dialog || document.querySelector("dialog[open]")) return;
  event.preventDefault();
  dialog.showModal();
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing) return;
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") return toSearch(event);
  if ((event.ctrlKey || event.metaKey) && event.key === "Enter") return save(event);
  letters(event);
});

function save(event) {
  const form = event.target.closest?.("form") ?? document.querySelector("dialog[open] form, main form[method=post]");
  if (!form) return;
  event.preventDefault();
  form.requestSubmit(form.querySelector("[type=submit].btn-primary") ?? undefined);
}

const toggle = document.querySelector("[data-shortcuts-switch]");
if (toggle) {
  toggle.checked = lettersOn();
  toggle.addEventListener("change", () => localStorage.setItem(STORE, toggle.checked ? "on" : "off"));
}
