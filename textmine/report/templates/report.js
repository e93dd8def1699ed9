(function () {
  "use strict";
  var root = document.documentElement;
  var theme = document.getElementById("theme");
  theme.addEventListener("click", function () {
    var dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
  });
  function open() {
    var at = null;
    try { at = document.getElementById(decodeURIComponent(location.hash.slice(1))); } catch (e) { return; }
    if (!at) { return; }
    for (var up = at; up; up = up.parentElement) { if (up.tagName === "DETAILS") { up.open = true; } }
    if (at.tagName === "DETAILS") { var first = at.querySelector("details"); if (first) { first.open = true; } at.firstElementChild.focus(); }
    at.scrollIntoView({ block: "start" });
  }
  addEventListener("hashchange", open);
  if (location.hash) { open(); }
  // The head of a fishbone is at its right end: a narrow window starts there.
  document.querySelectorAll("#fishbone .chart").forEach(function (chart) { chart.scrollLeft = chart.scrollWidth; });
  var search = document.getElementById("search");
  if (!search) { return; }
  var items = Array.prototype.slice.call(document.querySelectorAll("#verbatims li"));
  var boxes = Array.prototype.slice.call(document.querySelectorAll("#verbatims details"));
  var none = document.getElementById("none");
  search.addEventListener("input", function () {
    var wanted = search.value.trim().toLowerCase();
    var hits = 0;
    items.forEach(function (item) {
      var hit = !wanted || item.textContent.toLowerCase().indexOf(wanted) >= 0;
      item.hidden = !hit;
      if (hit) { hits += 1; }
    });
    boxes.forEach(function (box) {
      var hit = !wanted || box.querySelector("li:not([hidden])");
      box.hidden = !hit;
      box.open = Boolean(wanted && hit);
    });
    none.hidden = hits > 0;
  });
})();
