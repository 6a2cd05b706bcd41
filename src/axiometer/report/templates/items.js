// Searches and opens the items of the page. Everything that a model or a data set wrote enters through textContent.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const { respondents, values, words, items, people, ui, batch } = data;
  const rules = new Set(data.rules);
  // Places in an answer's list.
  const WHO = 0, MODE = 1, ORDER = 2, WORDING = 3, REPEAT = 4, OUTCOME = 5, OPTION = 6, LETTER = 7,
    SHOWN = 8, NEGATED = 9, STANCE = 10, RAW = 11, LEFT = 12, REASONING = 13, REASON = 14;

  for (const item of items) {
    item.sides = item.options.map((option, index) => [option, index]).filter(([option]) => option[1] === "side")
      .map(([, index]) => index);
    const picks = new Map();
    for (const answer of item.answers) {
      if (answer[OPTION] === null || words[answer[MODE]] === "agree") continue;
      if (!picks.has(answer[WHO])) picks.set(answer[WHO], new Set());
      picks.get(answer[WHO]).add(answer[OPTION]);
    }
    item.flipped = new Set([...picks].filter(([, chosen]) => chosen.size > 1).map(([who]) => who));
  }

  // What is searched in an item, folded once and only when first needed.
  function haystack(item) {
    if (item.text === undefined) {
      const parts = [item.id, item.prompt, item.source];
      for (const [text, , expressed] of item.options) {
        parts.push(text);
        for (const [target] of expressed) parts.push(target, ...(values[target] ?? []));
      }
      for (const answer of item.answers) {
        parts.push(words[answer[RAW]]);
        if (answer[REASONING] !== null) parts.push(words[answer[REASONING]]);
      }
      item.text = fold(parts.join("\n"));
    }
    return item.text;
  }

  function fits(item, asked) {
    if (asked.lang && item.lang !== asked.lang) return false;
    const who = asked.respondent === "" ? null : Number(asked.respondent);
    if (asked.outcome || who !== null) {
      const some = item.answers.some((answer) => (who === null || answer[WHO] === who) &&
        (!asked.outcome || outcomeOf(item, answer) === asked.outcome));
      if (!some) return false;
    }
    if (asked.flips && (who === null ? item.flipped.size === 0 : !item.flipped.has(who))) return false;
    return asked.terms.every((term) => haystack(item).includes(term));
  }

  function pickClass(item, answer) {
    if (answer[OPTION] === null) return "pick";
    const side = item.sides.indexOf(answer[OPTION]);
    return "pick " + (side === 0 ? "p0" : side === 1 ? "p1" : "p2");
  }

  function chosenText(item, answer) {
    if (words[answer[MODE]] === "agree") {
      return answer[STANCE] === null ? ui.none : answer[STANCE] > 0 ? ui.supports : ui.rejects;
    }
    return answer[OPTION] === null ? ui.none : item.options[answer[OPTION]][0];
  }

  // An option that is no side is its own outcome, as in the tables.
  function outcomeOf(item, answer) {
    const code = words[answer[OUTCOME]];
    const beside = answer[OPTION] !== null && item.options[answer[OPTION]][1] !== "side";
    return code === "chosen" && beside ? "distractor" : code;
  }

  function outcomeName(item, answer) {
    const code = outcomeOf(item, answer);
    return ui.outcomes[code] ?? code;
  }

  function picksOf(item) {
    const under = node("span", "under");
    under.append(isolated(ui.languages[item.lang] ?? item.lang));
    const said = item.sides.map((side) => item.options[side][2].filter(([target]) => !rules.has(target))
      .map(([target]) => values[target]?.[0] ?? target).join(" + ")).filter(Boolean);
    if (said.length) under.append(isolated(said.join(" / "), "said"));
    respondents.forEach(([label], who) => {
      const mine = item.answers.filter((answer) => answer[WHO] === who);
      if (mine.length === 0) return;
      const group = node("span");
      group.append(isolated(label));
      const row = node("span", "picks");
      for (const answer of mine.slice(0, 24)) {
        const pick = node("span", pickClass(item, answer));
        pick.title = outcomeName(item, answer) + " · " + chosenText(item, answer);
        row.append(pick);
      }
      group.append(row);
      under.append(group);
    });
    return under;
  }

  function optionList(item) {
    const list = node("ul", "options");
    item.options.forEach(([text, role, expressed], index) => {
      const entry = node("li");
      const side = item.sides.indexOf(index);
      entry.append(node("span", "pick " + (side === 0 ? "p0" : side === 1 ? "p1" : "p2")));
      const words_ = node("span");
      words_.append(String(index + 1) + ". ", isolated(text));
      const said = [];
      for (const [verb, sign] of [[ui.endorses, 1], [ui.opposes, -1]]) {
        const named = expressed.filter(([, polarity]) => polarity === sign)
          .sort(([one], [other]) => rules.has(one) - rules.has(other)).map(([target]) => values[target]?.[0] ?? target);
        if (named.length) said.push(verb + " " + named.join(ui.comma));
      }
      if (role !== "side") said.push(ui.distractor);
      if (said.length) words_.append(" ", isolated(said.join(" · "), "said"));
      entry.append(words_);
      list.append(entry);
    });
    return list;
  }

  function answerLine(item, answer) {
    const line = node("div", "line");
    line.append(node("span", pickClass(item, answer)), " ");
    const name = node("b");
    name.append(isolated(respondents[answer[WHO]][0]));
    line.append(name, " · ", isolated(outcomeName(item, answer)), " · ", isolated(chosenText(item, answer)));
    const facts = [];
    if (answer[SHOWN] !== null) {
      facts.push(ui.statement + ": " + item.options[answer[SHOWN]][0] + (answer[NEGATED] ? " (" + ui.denied + ")" : ""));
    } else if (answer[ORDER].length) {
      facts.push(ui.order + ": " + answer[ORDER].map((option) => option + 1).join(" "));
    }
    if (words[answer[LETTER]]) facts.push(words[answer[LETTER]]);
    facts.push(ui.wording + " " + words[answer[WORDING]]);
    if (answer[REPEAT] > 0) facts.push(ui.again + " " + answer[REPEAT]);
    if (Object.keys(ui.modes).length > 1) facts.push(ui.modes[words[answer[MODE]]] ?? words[answer[MODE]]);
    const more = node("div");
    more.append(isolated(facts.join(" · ")));
    line.append(more);
    return line;
  }

  function answerBlock(item, answer) {
    const block = node("div", "answer");
    block.append(answerLine(item, answer));
    if (answer[REASON] !== null) block.append(isolated(ui.reason + ": " + words[answer[REASON]], "reason"));
    if (people.includes(answer[WHO])) return block; // what persons wrote is not on the page
    const raw = node("pre", "raw");
    raw.append(isolated(words[answer[RAW]] === "" ? ui.empty : words[answer[RAW]]));
    if (answer[LEFT] > 0) raw.append("\n", fill(ui.cut, { n: answer[LEFT] }));
    block.append(raw);
    if (answer[REASONING] !== null) {
      const hidden = node("details", "reason");
      const before = node("pre", "raw");
      before.append(isolated(words[answer[REASONING]]));
      hidden.append(node("summary", "", ui.reasoning), before);
      block.append(hidden);
    }
    return block;
  }

  function body(item) {
    const made = node("div", "body");
    made.append(optionList(item));
    const facts = node("div", "line");
    facts.append(isolated([item.id, item.source ? ui.source + ": " + item.source : ""].filter(Boolean).join(" · "), "said"));
    for (const answer of item.answers) made.append(answerBlock(item, answer));
    made.append(facts);
    return made;
  }

  function chosen(terms) {
    const asked = {
      terms,
      lang: byId("lang").value,
      outcome: byId("outcome").value,
      respondent: byId("respondent").value,
      flips: byId("flips").checked,
    };
    const found = items.filter((item) => fits(item, asked));
    return byId("sort").value === "telling" ? found.sort((one, other) => other.score - one.score) : found;
  }

  choices("lang", Object.entries(ui.languages));
  choices("outcome", Object.entries(ui.outcomes));
  choices("respondent", respondents.map(([label], who) => [String(who), label]));
  const search = listing({
    total: items.length, batch, ui, chosen, title: (item) => item.prompt, under: picksOf, body,
  });
  // Links elsewhere on the page lead to an item: search for its id and open it.
  for (const link of document.querySelectorAll("a[data-item]")) {
    link.addEventListener("click", () => {
      byId("search").reset();
      byId("words").value = link.dataset.item;
      search();
      const first = byId("list").querySelector("button");
      if (first) first.click();
    });
  }
  search();
})();
