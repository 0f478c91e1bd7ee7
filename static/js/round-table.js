// Arrow keys and the keys of a presenter turn the pages; whoever types or scrolls is left alone.

const TURNS = { ArrowLeft: "prev", PageUp: "prev", ArrowRight: "next", PageDown: "next" };
const busy = (element) => element?.closest("input, textarea, select, button, [contenteditable]");
const scrolls = () => document.documentElement.scrollHeight > window.innerHeight + 1;

document.addEventListener("keydown", (event) => {
  const rel = TURNS[event.key];
  if (!rel || event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey || busy(event.target)) return;
  if (event.key.startsWith("Page") && scrolls()) return;
  const link = document.querySelector(`a[rel=${rel}]`);
  if (!link) return;
  event.preventDefault();
  link.click();
});
