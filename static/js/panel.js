// The side panel: any link with data-panel opens in it; without this script it is an ordinary link.

const panel = document.getElementById("panel");
const body = document.getElementById("panel-body");
const title = document.getElementById("panel-title");

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-panel]");
  if (!link || !panel || !window.htmx || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  open(link.href, link.textContent.trim());
});

function open(address, words) {
  title.textContent = words;
  body.replaceChildren();
  body.setAttribute("aria-busy", "true");
  for (const menu of document.querySelectorAll("details.menu[open]")) menu.open = false;
  if (!panel.open) panel.showModal();
  window.htmx.ajax("GET", address, { target: body, swap: "innerHTML" }).finally(() => body.removeAttribute("aria-busy"));
}

// A view that has no fragment answers with a whole page: go there instead.
body?.addEventListener("htmx:beforeSwap", (event) => {
  if (!/<html[\s>]/i.test(event.detail.xhr.responseText.slice(0, 2000))) return;
  event.detail.shouldSwap = false;
  window.location.assign(event.detail.xhr.responseURL);
});

body?.addEventListener("htmx:afterSettle", () => {
  const heading = body.querySelector("h1, h2");
  if (heading && !heading.closest("[data-error-summary], section, details")) {
    title.textContent = heading.textContent.trim();
    heading.remove();
  }
  if (body.querySelector("[data-error-summary]") || body.contains(document.activeElement)) return;
  const first = "[autofocus], input:not([type=hidden]):not([disabled]), select, textarea";
  (body.querySelector("[autofocus]") ?? body.querySelector(first))?.focus();
});

panel?.addEventListener("close", () => body.replaceChildren());
