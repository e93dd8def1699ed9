// Keys for the review pages. Elements say which key is theirs with data-key; everything also works by Tab.
(() => {
  "use strict";
  const page = () => document.getElementById("page");
  const isField = (element) => element.matches("input, select, textarea");
  const byKey = (key) => page().querySelector(`[data-key="${CSS.escape(key)}"]`);

  function use(element) {
    if (isField(element)) {
      element.focus();
      if (element.select) element.select();
    } else {
      element.click();
    }
  }

  // J and K walk through a list where there is one.
  function walk(step) {
    const items = [...page().querySelectorAll("[data-item]")];
    if (!items.length) return false;
    const at = items.indexOf(document.activeElement);
    items[at < 0 ? (step > 0 ? 0 : items.length - 1) : Math.min(Math.max(at + step, 0), items.length - 1)].focus();
    return true;
  }

  function inFinder(event) {
    const finder = document.getElementById("find");
    const options = [...document.querySelectorAll("#options .option")];
    const at = options.indexOf(document.activeElement);
    if (event.key === "Enter" && event.target === finder) {
      // The server looks the words up itself, since the list may not have caught up with them yet.
      document.getElementById(finder.value.trim() ? "best" : "save").click();
      return true;
    }
    if (event.key === "ArrowDown" && options.length && (event.target === finder || at >= 0)) {
      options[Math.min(at + 1, options.length - 1)].focus();
      return true;
    }
    if (event.key === "ArrowUp" && at >= 0) {
      (at ? options[at - 1] : finder).focus();
      return true;
    }
    return false;
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || !page()) return;
    if (inFinder(event)) {
      event.preventDefault();
      return;
    }
    if (isField(event.target)) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    const key = event.key.toLowerCase();
    const element = byKey(key);
    if ((key === "j" || key === "k") && walk(key === "j" ? 1 : -1)) event.preventDefault();
    else if (element) {
      event.preventDefault();
      use(element);
    }
  });

  const trouble = (shown) => () => {
    document.getElementById("trouble").hidden = !shown;
  };
  document.addEventListener("htmx:sendError", trouble(true));
  document.addEventListener("htmx:responseError", trouble(true));
  document.addEventListener("htmx:beforeRequest", trouble(false));
})();
