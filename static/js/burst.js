// Paper scraps for a winner, once and for two seconds. Whoever wants less motion gets none.

const COLOURS = ["#14211b", "#08623f", "#ffc53d", "#dd4026", "#1d5fd1", "#c6b5fa"];
const LASTS = 2000;
const SCRAPS = 90;

/** Throw scraps from the top of `from` over the whole window; they catch no press and go when they have fallen. */
export function burst(from) {
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  const canvas = document.createElement("canvas");
  canvas.className = "burst";
  canvas.ariaHidden = "true";
  canvas.width = innerWidth;
  canvas.height = innerHeight;
  document.body.append(canvas);
  const place = from.getBoundingClientRect();
  const scraps = Array.from({ length: SCRAPS }, (_, number) => ({
    x: place.left + place.width / 2,
    y: Math.max(place.top, 0) + 60,
    right: (Math.random() - 0.5) * 900,
    down: -200 - Math.random() * 500,
    turn: Math.random() * 12 - 6,
    size: 6 + Math.random() * 7,
    colour: COLOURS[number % COLOURS.length],
  }));
  const paper = canvas.getContext("2d");
  const begin = performance.now();
  const draw = (moment) => {
    const age = (moment - begin) / 1000;
    if (age * 1000 >= LASTS) return canvas.remove();
    paper.clearRect(0, 0, canvas.width, canvas.height);
    paper.globalAlpha = Math.min(1, (LASTS / 1000 - age) * 2);
    for (const scrap of scraps) {
      paper.save();
      paper.translate(scrap.x + scrap.right * age * (1 - age / 5), scrap.y + scrap.down * age + 520 * age * age);
      paper.rotate(scrap.turn * age);
      paper.scale(1, Math.cos(scrap.turn * age * 2));
      paper.fillStyle = scrap.colour;
      paper.fillRect(-scrap.size / 2, -scrap.size / 2, scrap.size, scrap.size * 0.7);
      paper.restore();
    }
    requestAnimationFrame(draw);
  };
  requestAnimationFrame(draw);
}
