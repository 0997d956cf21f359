"use strict";

// The terminal wants a whole address: it is made from where this page came from.
document.addEventListener("DOMContentLoaded", () => {
  const terminal = document.getElementById("terminal");
  terminal.dataset.sessionWebsocketUrl = `ws://${window.location.host}/ws`;
}, { capture: true });

// Keys work at once, and again when the tab comes back into sight: nobody should have to click first.
function takeKeys() {
  const keys = document.querySelector(".xterm-helper-textarea");
  keys?.focus();
  return keys !== null;
}

new MutationObserver((_, observer) => {
  if (takeKeys()) observer.disconnect();
}).observe(document, { childList: true, subtree: true });

window.addEventListener("focus", takeKeys);
