"use strict";
document.documentElement.classList.add("coded");
(() => {
  const figure = document.querySelector(".picture");
  if (figure) {
    const slider = document.getElementById("state"), probe = document.getElementById("probe");
    const names = ["before", "during", "after"];
    const show = () => {
      const state = names[slider ? Number(slider.value) : 0], number = probe ? probe.value : "0";
      figure.querySelectorAll(".way").forEach((way) => {
        const mine = way.classList.contains(state) && way.classList.contains("probe-" + number);
        way.style.display = mine ? "inline" : "none";
      });
      document.querySelectorAll("[data-way]").forEach((one) => {
        one.hidden = one.dataset.way !== number;
      });
      if (!slider) return;
      document.querySelectorAll(".slider span").forEach((one) => one.classList.toggle("on", one.dataset.state === state));
      slider.setAttribute("aria-valuetext", document.querySelector(".slider .on").textContent);
    };
    [slider, probe].forEach((one) => one && one.addEventListener("input", show));
    show();
  }

  const line = document.getElementById("line");
  if (!line) return;
  const whole = [0, Number(line.dataset.end)];
  const shown = document.getElementById("shown"), axes = line.querySelectorAll(".axis");
  const lanes = line.querySelectorAll("svg.lane");
  const shortest = 1e-4;
  let from = whole[0], to = whole[1];
  const step = (span) => {
    const rough = span / 6, power = 10 ** Math.floor(Math.log10(rough));
    return power * [1, 2, 5, 10].find((factor) => power * factor >= rough);
  };
  const draw = () => {
    lanes.forEach((lane) => lane.setAttribute("viewBox", from + " 0 " + (to - from) + " 20"));
    const by = step(to - from), digits = Math.max(0, -Math.floor(Math.log10(by) + 1e-9));
    axes.forEach((axis) => {
      axis.textContent = "";
      for (let number = Math.ceil(from / by - 1e-6); number * by <= to + by * 1e-6; number += 1) {
        const tick = document.createElement("span"), at = number * by;
        tick.textContent = at.toFixed(digits) + " s";
        const place = ((at - from) / (to - from)) * 100;
        tick.style.left = place + "%";
        tick.classList.toggle("last", place > 97);
        axis.append(tick);
      }
    });
    shown.textContent = from.toFixed(3) + " s to " + to.toFixed(3) + " s";
  };
  const move = (a, b) => {
    const span = Math.min(Math.max(b - a, shortest), whole[1]);
    from = Math.min(Math.max(a, 0), whole[1] - span);
    to = from + span;
    draw();
  };
  const zoom = (factor, at) => move(at - (at - from) * factor, at + (to - at) * factor);
  line.addEventListener("wheel", (event) => {
    const lane = event.target.closest("svg.lane");
    if (!lane || !(event.ctrlKey || event.metaKey || document.activeElement === line)) return;
    event.preventDefault();
    const box = lane.getBoundingClientRect();
    zoom(event.deltaY > 0 ? 1.25 : 0.8, from + ((event.clientX - box.left) / box.width) * (to - from));
  }, { passive: false });
  const middle = () => (from + to) / 2;
  const act = {
    in: () => zoom(0.5, middle()), out: () => zoom(2, middle()), all: () => move(...whole),
    left: () => move(from - (to - from) / 4, to - (to - from) / 4),
    right: () => move(from + (to - from) / 4, to + (to - from) / 4),
  };
  const keys = { "+": "in", "=": "in", "-": "out", "0": "all", ArrowLeft: "left", ArrowRight: "right" };
  line.addEventListener("keydown", (event) => {
    const name = keys[event.key];
    if (!name || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    act[name]();
  });
  document.querySelectorAll("[data-act]").forEach((one) => one.addEventListener("click", () => act[one.dataset.act]()));
  document.querySelectorAll("[data-from]").forEach((one) => one.addEventListener("click", () => {
    move(Number(one.dataset.from), Number(one.dataset.to));
    line.focus({ preventScroll: true });
    line.scrollIntoView({ block: "nearest" });
  }));
  draw();
})();
