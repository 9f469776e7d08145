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
    const own = [...document.querySelectorAll("body [style], body style, script:not([src], [type='application/json'], [type='application/ld+json'])")];
    const acting = [...document.querySelectorAll("*")].filter((one) =>
      [...one.attributes].some(({ name, value }) => name.startsWith("on") || value.startsWith("javascript:")));
    return [...own, ...acting].map((one) => `of its own: ${one.outerHTML.slice(0, 200)}`);
  },

  // Go back to where keys begin, and from now on note what each press of Tab leads to. How many there are.
  follow() {
    document.body.tabIndex = -1;
    document.body.focus();
    document.body.removeAttribute("tabindex");
    scrollTo(0, 0);
    const fits = ({ top, bottom, left, right }) =>
      (bottom - top > innerHeight || (top > -1 && bottom < innerHeight + 1)) && right > 0 && left < innerWidth;
    const uncovered = (one, { top, bottom, left, right }) =>
      [[.5, .5], [.1, .1], [.9, .1], [.1, .9], [.9, .9]].some(([x, y]) => {
        const there = document.elementFromPoint(left + (right - left) * x, top + (bottom - top) * y);
        return there && (one.contains(there) || there.contains(one)
          || [...(one.labels ?? [])].some((label) => label.contains(there)));
      });
    const wrong = (one) => {
      // What is in a frame has its own page.
      if (one.localName === "iframe") return "";
      const box = one.getBoundingClientRect();
      const { outlineStyle, outlineWidth } = getComputedStyle(one.matches(".cover") ? one.closest(".ticket") : one);
      if (outlineStyle === "none" || parseFloat(outlineWidth) < 2) return "no ring";
      if (box.width < 1 || box.height < 1) return "no size";
      return fits(box) ? uncovered(one, box) ? "" : "covered" : "out of the window";
    };
    // Of radio buttons that belong together one is a stop: the one that is chosen, else the first.
    const stopOf = ({ name, form }, all) => {
      const group = all.filter((one) => one.type === "radio" && one.name === name && one.form === form);
      return group.find((one) => one.checked) ?? group[0];
    };
    // The key that leaves a frame is heard in the frame, so the stop behind it is not noted here.
    const stops = [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex], iframe")]
      .filter((one, n, all) => one.localName !== "iframe" && all[n - 1]?.localName !== "iframe")
      .filter((one) => one.tabIndex >= 0 && !one.disabled && one.checkVisibility({ visibilityProperty: true }))
      .filter((one, n, all) => one.type !== "radio" || one === stopOf(one, all));
    window.followed = { stops, steps: [] };
    addEventListener("keyup", ({ key }) => {
      const one = document.activeElement;
      if (key === "Tab") window.followed.steps.push([one, one === document.body ? "" : wrong(one)]);
    }, true);
    return stops.length;
  },

  // What was wrong on that way: it begins with the link past the menus, shows each stop, and goes down the page
  // to its end and out of it.
  walked() {
    const { stops, steps } = window.followed;
    const said = (one) => one.outerHTML.slice(0, 120);
    // Past the end, and while a frame is left, nothing has the focus.
    const stayed = steps.filter(([one]) => one !== document.body);
    const end = stayed.findIndex(([one], n) => stayed.findIndex(([same]) => same === one) < n);
    const way = end < 0 ? stayed : stayed.slice(0, end);
    const reached = new Set(way.map(([one]) => one));
    const found = way.filter(([, wrong]) => wrong).map(([one, wrong]) => `${wrong}: ${said(one)}`);
    if (!way[0]?.[0].matches(".skip")) found.push(`begins with ${way[0] ? said(way[0][0]) : "nothing"}`);
    // The key that comes back in from the browser's own buttons may be heard there, so its stop is not noted.
    const begins = way.slice(0, 2).map(([one]) => one);
    if (end >= 0 && !begins.includes(stayed[end][0])) found.push(`stays at ${said(stayed[end][0])}`);
    if (end < 0 && steps.at(-1)[0] !== document.body) found.push("does not end");
    way.slice(1).forEach(([one], n) => {
      if (way[n][0].compareDocumentPosition(one) & Node.DOCUMENT_POSITION_PRECEDING) found.push(`out of order: ${said(one)}`);
    });
    return [...found, ...stops.filter((one) => !reached.has(one)).map((one) => `not reached: ${said(one)}`)];
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
