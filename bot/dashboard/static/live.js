// Keeps the parts of a page as the server sees them. The server draws; this only puts things in their places.

const LOOKED_AWAY = 20_000; // a hidden page gives its connection back: browsers have six for one address
const AGAIN = 5_000; // after an answer that is no stream, such as a login that has ended

const address = document.body.dataset.live;
const lost = document.querySelector("[data-lost]");
const places = document.querySelectorAll("[data-part]");
const held = new Map(); // parts that wait until somebody has finished selecting text in them
let source = null;
let timer = 0;

function follow() {
  clearTimeout(timer);
  if (source) return;
  source = new EventSource(address);
  source.onopen = () => { lost.hidden = true; };
  source.onerror = () => {
    lost.hidden = false;
    if (source.readyState === EventSource.CLOSED) {
      leave();
      timer = setTimeout(follow, AGAIN);
    }
  };
  for (const place of places) {
    source.addEventListener(place.dataset.part, (event) => put(place, event.data));
  }
}

function leave() {
  clearTimeout(timer);
  source?.close();
  source = null;
}

function put(place, html) {
  if (isSelecting(place)) {
    held.set(place, html);
    return;
  }
  held.delete(place);
  const open = [...place.querySelectorAll("details[open][id]")].map((each) => each.id);
  const focused = place.contains(document.activeElement) ? document.activeElement.id : "";
  place.innerHTML = html;
  for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  window.htmx?.process(place);
}

function isSelecting(place) {
  const selection = document.getSelection();
  return !selection.isCollapsed && selection.rangeCount > 0 && selection.getRangeAt(0).intersectsNode(place);
}

document.addEventListener("selectionchange", () => {
  for (const [place, html] of [...held]) put(place, html);
});
document.addEventListener("visibilitychange", () => {
  clearTimeout(timer);
  if (document.hidden) timer = setTimeout(leave, LOOKED_AWAY);
  else follow();
});
window.addEventListener("pagehide", leave);
window.addEventListener("pageshow", follow);
follow();
