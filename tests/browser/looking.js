// What looking.py asks of a page. Playwright runs it in the page, beside its Content-Security-Policy.
({
  restyle(rules) {
    document.adoptedStyleSheets = rules.map((rule) => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(rule);
      return sheet;
    });
  },

  unfold() {
    for (const part of document.querySelectorAll("details")) part.open = true;
  },

  // The elements that the browser's parser finds in a text, each with its depth.
  tree(source) {
    const lines = [];
    const walk = (node, depth) => {
      for (const child of node.children) {
        lines.push(`${depth} ${child.localName}`);
        walk(child, depth + 1);
      }
    };
    walk(new DOMParser().parseFromString(source, "text/html"), 0);
    return lines;
  },

  // Names that stand twice, and names of what is not there.
  names() {
    const wrong = [];
    const ids = [...document.querySelectorAll("[id]")].map((one) => one.id);
    const has = new Set(ids);
    if (has.size !== ids.length) wrong.push(`twice: ${ids.filter((id, n) => ids.indexOf(id) !== n)}`);
    for (const attribute of ["for", "aria-labelledby", "aria-describedby", "aria-controls"]) {
      for (const one of document.querySelectorAll(`[${attribute}]`)) {
        for (const id of one.getAttribute(attribute).split(/\s+/)) {
          if (!has.has(id)) wrong.push(`${attribute} names ${id}, which is not there`);
        }
      }
    }
    for (const one of document.querySelectorAll("a[href^='#'], use[href^='#']")) {
      if (!has.has(one.getAttribute("href").slice(1))) wrong.push(`${one.outerHTML} leads nowhere`);
    }
    return wrong;
  },

  // Style and script that stand in the page itself.
  inline() {
    const own = [...document.querySelectorAll("body [style], body style, script:not([src], [type='application/json'])")];
    const acting = [...document.querySelectorAll("*")].filter((one) =>
      [...one.attributes].some(({ name, value }) => name.startsWith("on") || value.startsWith("javascript:")));
    return [...own, ...acting].map((one) => `of its own: ${one.outerHTML.slice(0, 200)}`);
  },

  // Focus that comes by key shows a ring, on the element or on the ticket that it stands for, in the page's order.
  unseenFocus() {
    const wrong = [];
    const stops = "a[href], button, input, select, textarea, summary, [tabindex]";
    for (const stop of document.querySelectorAll(stops)) {
      if (stop.tabIndex < 0 || stop.disabled || !stop.checkVisibility({ visibilityProperty: true })) continue;
      const html = stop.outerHTML.slice(0, 120);
      if (stop.tabIndex > 0) wrong.push(`out of order: ${html}`);
      stop.focus({ focusVisible: true });
      if (document.activeElement !== stop) {
        wrong.push(`not reached: ${html}`);
        continue;
      }
      const { outlineStyle, outlineWidth } = getComputedStyle(stop.matches(".cover") ? stop.closest(".ticket") : stop);
      if (outlineStyle === "none" || parseFloat(outlineWidth) < 2) wrong.push(`no ring: ${html}`);
      const { width, height } = stop.getBoundingClientRect();
      if (width < 1 || height < 1) wrong.push(`no size: ${html}`);
    }
    return wrong;
  },

  // What is pressed with a finger has 44 pixels, with what belongs to it: its label, or the row that it covers.
  smallTargets() {
    const own = "label, button, a, summary, input, select, textarea, .check, .ticket:has(.cover)";
    const pressed = (one, x, y) => {
      const there = document.elementFromPoint(x, y);
      return there && (one.contains(there) || there.contains(one)
        || [...(one.labels ?? [])].some((label) => label.contains(there)) || there.closest(own)?.contains(one));
    };
    const targets = "button, select, summary, input:not([type=hidden]), nav a, .foot li a, .btn, .links a, .top a";
    return [...document.querySelectorAll(targets)]
      .filter((one) => one.checkVisibility() && !one.closest(".vh, .skip"))
      .filter((one) => {
        one.scrollIntoView({ block: "center", inline: "center" });
        const { x, y, width, height } = one.getBoundingClientRect();
        if (height >= 43.5 && width >= 24) return false;
        return [-18, 18].some((off) => !pressed(one, x + width / 2, y + height / 2 + off));
      })
      .map((one) => `small: ${one.outerHTML.slice(0, 160)}`);
  },

  // Words that are squeezed until they break into letters.
  squeezed() {
    return [...document.querySelectorAll("label, p, h1, h2, h3, li, dt, dd, legend, button, .btn")]
      .filter((one) => one.checkVisibility() && !one.closest(".vh") && one.innerText.trim().length > 12)
      .filter((one) => one.getBoundingClientRect().width < 40)
      .map((one) => `squeezed: ${one.outerHTML.slice(0, 120)}`);
  },

  // Every text that somebody sees, hears or may come to see, with where it stands; not code, nor what says that it
  // is not to be translated.
  texts() {
    const code = "script, style, template, noscript, code, kbd, samp, pre";
    const translated = (one) => one && !one.closest(code) && (one.translate ?? translated(one.parentElement));
    const found = [];
    const add = (where, text) => { if (/[A-Za-z]{2}/.test(text ?? "")) found.push([where, text.trim()]); };
    const walker = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const parent = walker.currentNode.parentElement;
      if (translated(parent)) add(parent.localName, walker.currentNode.data);
    }
    const attributes = ["alt", "aria-label", "aria-description", "aria-roledescription", "aria-valuetext", "label",
      "placeholder", "title", "data-once", "data-failed"];
    for (const one of document.querySelectorAll("*")) {
      if (!translated(one)) continue;
      for (const name of attributes) add(name, one.getAttribute(name));
      if (one.matches("input[type=submit], input[type=button], input[type=reset]")) add("value", one.value);
    }
    add("description", document.querySelector("meta[name=description]")?.content);
    // What the script of live pages says.
    for (const live of document.querySelectorAll("[data-live][data-page]")) {
      for (const [name, text] of Object.entries(live.dataset)) if (text.includes(" ")) add(`data-${name}`, text);
    }
    return found;
  },

  // Words that are longer than the place they have.
  clipped() {
    const places = "button, .btn, .tag, .mini, label, summary, legend, th, td, dt, dd, h1, h2, h3, p, li, a";
    return [...document.querySelectorAll(places)]
      .filter((one) => one.checkVisibility() && one.innerText.trim() && !one.closest(".vh, .visually-hidden, .skip"))
      .filter((one) => {
        const { overflowX, display } = getComputedStyle(one);
        const cuts = overflowX !== "visible" && overflowX !== "auto" && overflowX !== "scroll";
        const box = one.matches("button, .btn, .tag, .mini") && display !== "inline";
        return (cuts || box) && (one.scrollWidth > one.clientWidth + 1 || (cuts && one.scrollHeight > one.clientHeight + 1));
      })
      .map((one) => `clipped: ${one.outerHTML.slice(0, 160)}`);
  },

  // What stands out of a window of this width.
  outside(width) {
    const across = document.documentElement.scrollWidth;
    if (across <= width) return [];
    const out = [...document.querySelectorAll("main *, header *, footer *")].filter((one) => {
      const box = one.getBoundingClientRect();
      return box.right > width + 1 || box.left < -1;
    });
    const first = out.slice(0, 4).map((one) => one.outerHTML.slice(0, 120));
    return [`${across} pixels wide in a window of ${width}: ${first.join(" | ")}`];
  },
})
