// Searches and opens the answers of a profile. Everything that a model wrote enters through textContent.
(() => {
  const { models, values, questions, answers, ui, batch } = JSON.parse(document.getElementById("data").textContent);
  // Places in an answer's list.
  const WHO = 0, QUESTION = 1, LANG = 2, OUTCOME = 3, TEXT = 4, LEFT = 5, EXPRESSED = 6, ENDORSED = 7, OPPOSED = 8,
    FAR = 9, DISTANCE = 10, PRESENCE = 11, ID = 12, REASON = 13, ABOUT = 14, SOURCE = 15;
  const picked = (id) => byId(id)?.value ?? "";
  const named = (places) => places.map((place) => values[place][1]).join(ui.comma);
  const has = (places, value) => places !== null && places.includes(value);

  // What is searched in an answer, folded once and only when first needed.
  const stacks = new Map();
  function haystack(answer) {
    if (!stacks.has(answer)) {
      const parts = [answer[ID], questions[answer[QUESTION]], answer[TEXT], answer[ABOUT], answer[SOURCE]];
      stacks.set(answer, fold(parts.join("\n")));
    }
    return stacks.get(answer);
  }

  function says(answer, value, how) {
    if (how === "endorsed") return has(answer[ENDORSED], value);
    if (how === "opposed") return has(answer[OPPOSED], value);
    if (how === "absent") return answer[EXPRESSED] !== null && !has(answer[EXPRESSED], value);
    return has(answer[EXPRESSED], value);
  }

  function fits(answer, asked) {
    if (asked.model !== "" && answer[WHO] !== Number(asked.model)) return false;
    if (asked.lang && answer[LANG] !== asked.lang) return false;
    if (asked.outcome && answer[OUTCOME] !== asked.outcome) return false;
    if (asked.far && answer[FAR] !== true) return false;
    if (asked.value === "none") {
      if (answer[EXPRESSED] === null || answer[EXPRESSED].length > 0) return false;
    } else if (asked.value !== "" && !says(answer, Number(asked.value), asked.how)) return false;
    return asked.terms.every((term) => haystack(answer).includes(term));
  }

  function under(answer) {
    const made = node("span", "under");
    const name = node("b");
    name.append(isolated(models[answer[WHO]][0]));
    made.append(name);
    if (Object.keys(ui.languages).length > 1) made.append(isolated(ui.languages[answer[LANG]] ?? answer[LANG]));
    if (answer[OUTCOME] !== "chosen") made.append(isolated(ui.outcomes[answer[OUTCOME]] ?? answer[OUTCOME]));
    if (answer[EXPRESSED] !== null) {
      made.append(isolated(answer[EXPRESSED].length ? ui.expresses + named(answer[EXPRESSED]) : ui.nothing_told));
    }
    if (answer[FAR] === true) made.append(isolated(ui.far));
    return made;
  }

  function facts(answer) {
    const lines = [];
    if (answer[ENDORSED]?.length) lines.push(ui.endorses + named(answer[ENDORSED]));
    if (answer[OPPOSED]?.length) lines.push(ui.opposes + named(answer[OPPOSED]));
    if (answer[PRESENCE] !== null) {
      const order = answer[PRESENCE].map((p, place) => [p, place]).sort((one, other) => other[0] - one[0]).slice(0, 6);
      lines.push(ui.probabilities + order.map(([p, place]) => values[place][1] + " " + p.toFixed(2) +
        (ui.thresholds[place] === null ? "" : " (" + fill(ui.from, { p: ui.thresholds[place].toFixed(2) }) + ")"))
        .join(ui.comma));
    }
    if (answer[DISTANCE] !== null) lines.push(ui.distance + answer[DISTANCE].toFixed(3));
    if (answer[REASON]) lines.push(ui.reason + answer[REASON]);
    if (answer[ABOUT]) lines.push(ui.about + answer[ABOUT]);
    lines.push([answer[ID], answer[SOURCE]].filter(Boolean).join(" · "));
    return lines;
  }

  function body(answer) {
    const made = node("div", "body");
    const raw = node("pre", "raw");
    raw.append(isolated(answer[TEXT] === "" ? ui.empty : answer[TEXT]));
    if (answer[LEFT] > 0) raw.append("\n", fill(ui.cut, { n: answer[LEFT] }));
    made.append(raw);
    for (const line of facts(answer)) {
      const said = node("div", "reason");
      said.append(isolated(line));
      made.append(said);
    }
    return made;
  }

  function ordered(found, asked) {
    const value = asked.value === "" || asked.value === "none" ? null : Number(asked.value);
    const weight = {
      surest: (answer) => answer[PRESENCE] === null ? -1 : value === null ? Math.max(...answer[PRESENCE]) : answer[PRESENCE][value],
      unsure: (answer) => answer[PRESENCE] === null || value === null || ui.thresholds[value] === null ? -2
        : -Math.abs(answer[PRESENCE][value] - ui.thresholds[value]),
      distance: (answer) => answer[DISTANCE] ?? -1,
    }[asked.sort];
    return weight ? [...found].sort((one, other) => weight(other) - weight(one)) : found;
  }
  function chosen(terms) {
    const asked = {
      terms,
      value: picked("value"),
      how: picked("how"),
      model: picked("respondent"),
      sort: picked("sort"),
      lang: picked("lang"),
      outcome: picked("outcome"),
      far: byId("far")?.checked ?? false,
    };
    byId("how").disabled = asked.value === "" || asked.value === "none";
    return ordered(answers.filter((answer) => fits(answer, asked)), asked);
  }

  const any = ["", ui.any];
  const stances = answers.some((answer) => answer[ENDORSED] !== null);
  choices("value", [any, ...values.map(([, name], place) => [String(place), name]), ["none", ui.no_value]]);
  choices("how", [["expressed", ui.how_expressed], ...(stances ? [["endorsed", ui.how_endorsed], ["opposed", ui.how_opposed]] : []),
    ["absent", ui.how_absent]]);
  choices("respondent", [any, ...models.map(([label], who) => [String(who), label])]);
  choices("sort", [["", ui.as_asked], ["surest", ui.surest], ["unsure", ui.unsure], ["distance", ui.farthest]]);
  choices("lang", [any, ...Object.entries(ui.languages)]);
  choices("outcome", [any, ...Object.entries(ui.outcomes)]);
  const search = listing({
    total: answers.length, batch, ui, chosen, title: (answer) => questions[answer[QUESTION]], under, body,
  });
  search();
})();
