// What every page needs: menus, dialogs, error focus, single submit, copying, spoken words. No page depends on it.

const words = document.getElementById("ui-words")?.dataset ?? {};

function say(text, tone = "info") {
  const area = document.getElementById("toasts");
  if (!area || !text) return;
  const toast = document.createElement("div");
  toast.className = `message message-${tone}`;
  const line = document.createElement("p");
  line.textContent = text;
  toast.append(line);
  area.replaceChildren(toast);
  setTimeout(() => toast.remove(), 8000);
}

// The title says it too, also after HTMX brought the errors (then the page's own title is still the old one).
function focusErrors(root = document) {
  const summary = root.querySelector("[data-error-summary]");
  const title = words.error && document.title.startsWith(words.error) ? document.title.slice(words.error.length).trim() : document.title;
  if (summary && words.error) document.title = `${words.error} ${title}`;
  if (!summary && root !== document) document.title = title;
  summary?.focus();
  return summary;
}

// Menus (<details class="menu">): one open at a time, closed by Esc and by a click elsewhere.
function closeMenus(except) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(except)) menu.open = false;
  }
}

document.addEventListener("click", (event) => {
  closeMenus(event.target);
  const target = event.target.closest("[data-open], [data-close], [data-copy], [data-field], [data-print]");
  if (!target) return;
  if (target.dataset.open) openDialog(target);
  else if (target.dataset.copy !== undefined) copy(target);
  else if (target.dataset.print !== undefined) window.print();
  else if (target.dataset.field) focusField(event, target);
  else closeDialog(event, target);
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.activeElement?.closest("details.menu[open]");
  if (menu) menu.querySelector("summary").focus();
  closeMenus(null);
});

function openDialog(target) {
  const dialog = document.getElementById(target.dataset.open);
  closeMenus(null);
  if (dialog && !dialog.open) dialog.showModal();
}

// A link that closes (Abbrechen) still leads somewhere where there is no dialog around it.
function closeDialog(event, target) {
  const dialog = target.closest("dialog");
  if (!dialog) return;
  event.preventDefault();
  dialog.close();
}

async function copy(button) {
  await navigator.clipboard.writeText(button.dataset.copy);
  say(words.copied, "good");
}

// A field that a combobox or a group of radios stands for has no element with its id: take the first of its name.
function focusField(event, link) {
  const id = decodeURIComponent(link.hash.slice(1));
  const field = document.getElementById(id) ?? document.getElementsByName(link.dataset.field)[0];
  if (!field) return;
  event.preventDefault();
  const control = field.matches("input:not([type=hidden]), select, textarea") ? field : field.querySelector("input, select, textarea");
  (control ?? field).focus();
}

// One submit per form until the page answers; a page from the back-forward cache starts fresh.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || form.hasAttribute("data-repeatable")) return;
  if (form.dataset.sent) return event.preventDefault();
  if (event.defaultPrevented) return;
  form.dataset.sent = "1";
  event.submitter?.setAttribute("aria-disabled", "true");
});

// A form that HTMX sends is stopped before our submit handler sees it: the same rule, at its request.
document.addEventListener("htmx:beforeRequest", (event) => {
  const form = event.detail.elt.closest("form[hx-post]");
  if (!form || form.hasAttribute("data-repeatable")) return;
  if (form.dataset.sent) event.preventDefault();
  else form.dataset.sent = "1";
});
document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.detail.elt.closest?.("form[hx-post]");
  if (form) delete form.dataset.sent;
});

function release(root = document) {
  for (const form of root.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  for (const button of root.querySelectorAll("button[aria-disabled]")) button.removeAttribute("aria-disabled");
}

window.addEventListener("pageshow", (event) => event.persisted && release());

document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-autosubmit]");
  if (form && event.target.matches("select, input[type=checkbox], input[type=radio], input[type=date]")) form.requestSubmit();
});

// A table that overflows can be scrolled by keyboard: it needs a tab stop, and only then.
function markScrollers(root = document) {
  for (const wrap of root.querySelectorAll("[data-table-wrap]")) {
    const overflows = wrap.scrollWidth > wrap.clientWidth + 1;
    wrap.toggleAttribute("tabindex", overflows);
    if (overflows) {
      wrap.tabIndex = 0;
      wrap.setAttribute("role", "region");
      wrap.setAttribute("aria-label", wrap.querySelector("caption")?.textContent.trim() ?? "");
    }
  }
}

// HTMX: focus never falls to the body, failures are said, an expired session leads to the login.
let focusedId = "";
document.addEventListener("htmx:beforeSwap", (event) => {
  focusedId = document.activeElement?.id ?? "";
  if (/\/login\/?(\?|$)/.test(event.detail.xhr.responseURL ?? "")) {
    event.detail.shouldSwap = false;
    window.location.reload();
  }
});
document.addEventListener("htmx:afterSettle", (event) => {
  const root = event.detail.elt;
  release();
  markScrollers(root);
  if (focusErrors(root)) return;
  if (document.activeElement && document.activeElement !== document.body) return;
  const next = document.getElementById(focusedId) ?? root.querySelector("[autofocus]") ?? root.closest("[tabindex], dialog") ?? document.getElementById("main");
  next?.focus({ preventScroll: true });
});
document.addEventListener("htmx:responseError", () => { release(); say(words.failed, "danger"); });
document.addEventListener("htmx:sendError", () => { release(); say(words.offline, "danger"); });

// A dialog opened by a key had no opener to go back to.
document.addEventListener("close", () => requestAnimationFrame(() => {
  if (!document.activeElement || document.activeElement === document.body) document.getElementById("main")?.focus({ preventScroll: true });
}), true);

focusErrors();
markScrollers();
window.addEventListener("resize", () => markScrollers());
