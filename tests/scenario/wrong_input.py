"""Every kind of wrong scenario, with the message it must give; bodies are appended to a minimal trial."""

MINIMAL = "paget: 1\nkind: trial\nname: test\n"
NETWORK = "paget: 1\nkind: network\nname: test\nnetwork: atc\n"
PATIENT = "paget: 1\nkind: patient\nname: test\n"

# YAML appended to MINIMAL -> message after "wrong.yaml:<line>: "
TRIALS = {
    "unknown key": "patiens: 3",
    "unknown key below": "arms: [{name: a, line: []}]",
    "unknown condition": "eligibility: {BRAFF: V600E}",
    "no unit": "follow_up: 36",
    "no unit in text": 'follow_up: "36"',
    "unknown unit": "follow_up: 36 monts",
    "nonsense unit": "follow_up: 36 qqqqzz",
    "wrong dimension": "follow_up: 36 mm",
    "compound dimension": "follow_up: 36 mm/d",
    "evil unit": "follow_up: 3 d**9**9**9",
    "negative quantity": "follow_up: -3 months",
    "absurd quantity": "follow_up: 4000 years",
    "not a number": "follow_up: nan months",
    "infinite": "follow_up: 1e999 months",
    "yaml nan": "follow_up: .nan",
    "words": "follow_up: soon",
    "date": "follow_up: 2024-01-01",
    "list for quantity": "follow_up: [36 months]",
    "age in mm": "eligibility: {age: {min: 5 mm}}",
    "age over 120": "eligibility: {age: {max: 700 years}}",
    "range reversed": "eligibility: {diameter: {min: 5 cm, max: 2 cm}}",
    "range as number": "eligibility: {age: 70 years}",
    "range with unknown key": "eligibility: {ECOG: {mox: 2}}",
    "ecog": "eligibility: {ECOG: {max: 7}}",
    "patients zero": "patients: 0",
    "patients negative": "patients: -5",
    "patients absurd": "patients: 100000000",
    "patients text": "patients: many",
    "patients fraction": "patients: 2.5",
    "patients bool": "patients: true",
    "patients huge": "patients: " + "9" * 5000,
    "seed": "seed: -1",
    "unknown disease": "disease: atd",
    "disease list": "disease: [atc]",
    "unknown stage": "eligibility: {stage: IVD}",
    "stage empty": "eligibility: {stage: []}",
    "unknown gene without neighbours": "eligibility: {Q9: any}",
    "gene not in the disease": "eligibility: {ATM: any}",
    "gene in a group": "eligibility: {NRAS: any}",
    "unknown alteration": "eligibility: {BRAF: V600F}",
    "wild type and more": "eligibility: {BRAF: [wild type, V600E]}",
    "unknown sex": "eligibility: {sex: femal}",
    "metastatic": "eligibility: {metastatic: perhaps}",
    "unknown mechanism": "mechanisms: {extravastion: off}",
    "negative factor": "mechanisms: {extravasation: -1}",
    "nan factor": "mechanisms: {extravasation: .nan}",
    "switch word": "mechanisms: {extravasation: sometimes}",
    "mechanisms as list": "mechanisms: [extravasation]",
    "unknown study": "compare_with: [Kebebew2006]",
    "study number": "compare_with: [2005]",
    "unknown endpoint": "endpoints: [PFSS]",
    "unknown parameter": "parameters: {brake_rat: 0.01 1/d}",
    "parameter without unit": "parameters: {small_lesion_doubling_time: 9}",
    "parameter of another dimension": "parameters: {small_lesion_doubling_time: 9 mm}",
    "parameter absurd": "parameters: {small_lesion_doubling_time: 9000 d}",
    "parameter nan": "parameters: {small_lesion_doubling_time: .nan}",
    "parameter share": "parameters: {lymph_share: 1.5}",
    "unknown registry": "cohort: {registry: MDAC}",
    "detection": "cohort: {detection: 5}",
    "treatment": "arms: [{name: a, lines: [{drugs: [dabrafenib]}]}]",
    "arms empty": "arms: []",
    "arms twice": "arms: [{name: a}, {name: A}]",
    "arm without name": "arms: [{lines: []}]",
    "arms as text": "arms: none",
    "arm as text": "arms: [none]",
    "name in kind": "patients:",
    "duplicate key": "patients: 3\npatients: 4",
    "tag": "patients: !!python/object/apply:os.system [ls]",
    "tag on int": "patients: !!int 3",
    "binary tag": "description: !!binary aGVsbG8=",
    "key that is a number": "3: 4",
    "key that is a list": "? [a, b]\n: 4",
    "unknown alias": "patients: *nobody",
    "alias of itself": "eligibility: &a {stage: *a}",
    "bad indentation": "  patients: 3\n arms: 2",
    "unclosed": "arms: [",
    "tab": "arms:\n\t- name: a",
    "second document": "---\nkind: trial",
    "deep": "eligibility: " + "[" * 2000,
    "deep mapping": "eligibility: " + "{a: " * 2000,
    "two problems": "patients: -1\nfollow_up: 3 mm",
}
# Lines of the one arm, one a row -> message
TREATMENTS = {
    "unknown drug": ["drugs: dabrafenb 150 mg every 12 h oral"],
    "brand": ["drugs: Taxol 80 mg/m2 every 7 d iv"],
    "route of another drug": ["drugs: dabrafenib 150 mg every 12 h iv"],
    "drug without dose": ["drugs: dabrafenib every 12 h oral"],
    "dose of nothing": ["drugs: dabrafenib 0 mg every 12 h oral"],
    "negative dose": ["drugs: dabrafenib -150 mg every 12 h oral"],
    "absurd dose": ["drugs: trametinib 2000 mg every 24 h oral"],
    "absurd dose by body surface": ["drugs: paclitaxel 80000 mg/m2 every 7 d iv"],
    "absurd loading dose": ["drugs: spartalizumab 80000 mg once then 400 mg every 28 d iv"],
    "dose without unit": ["drugs: dabrafenib 150 every 12 h oral"],
    "unknown unit of dose": ["drugs: dabrafenib 150 mq every 12 h oral"],
    "unit of another dimension": ["drugs: dabrafenib 150 mm every 12 h oral"],
    "loading in another unit": ["drugs: spartalizumab 8 mg/kg once then 400 mg every 28 d iv"],
    "no route": ["drugs: dabrafenib 150 mg every 12 h"],
    "unknown route": ["drugs: dabrafenib 150 mg every 12 h rectal"],
    "two routes": ["drugs: dabrafenib 150 mg every 12 h oral iv"],
    "no schedule": ["drugs: dabrafenib 150 mg oral"],
    "every without unit": ["drugs: dabrafenib 150 mg every 12 oral"],
    "every 0 h": ["drugs: dabrafenib 150 mg every 0 h oral"],
    "every -12 h": ["drugs: dabrafenib 150 mg every -12 h oral"],
    "too often": ["drugs: dabrafenib 150 mg every 4 h oral"],
    "uneven hours": ["drugs: dabrafenib 150 mg every 36 h oral"],
    "too rarely": ["drugs: dabrafenib 150 mg every 500 d oral"],
    "daily": ["drugs: dabrafenib 150 mg twice daily oral"],
    "day past the cycle": ["drugs: 'paclitaxel 80 mg/m2 days 1, 30 of 21 d iv'"],
    "day 0": ["drugs: paclitaxel 80 mg/m2 days 0-7 of 21 d iv"],
    "days backwards": ["drugs: paclitaxel 80 mg/m2 days 15-8 of 21 d iv"],
    "day twice": ["drugs: 'paclitaxel 80 mg/m2 days 1, 1-3 of 21 d iv'"],
    "days of no cycle": ["drugs: 'paclitaxel 80 mg/m2 days 1, 8 iv'"],
    "cycle of no length": ["drugs: paclitaxel 80 mg/m2 day 1 of 0 d iv"],
    "cycle in hours": ["drugs: paclitaxel 80 mg/m2 day 1 of 21 h iv"],
    "every and days": ["drugs: paclitaxel 80 mg/m2 every 7 d day 1 of 21 d iv"],
    "once and every": ["drugs: paclitaxel 80 mg/m2 once every 7 d iv"],
    "then without once": ["drugs: spartalizumab 800 mg then 400 mg every 28 d iv"],
    "cycles of tablets": ["drugs: dabrafenib 150 mg every 12 h oral for 6 cycles"],
    "no cycles": ["drugs: paclitaxel 80 mg/m2 every 7 d iv for 0 cycles"],
    "from day 0": ["drugs: paclitaxel 80 mg/m2 every 7 d iv from day 0"],
    "ends before it begins": ["drugs: paclitaxel 80 mg/m2 every 7 d iv from day 20 until day 8"],
    "nothing is due": ["drugs: paclitaxel 80 mg/m2 day 15 of 21 d iv until day 8"],
    "infusion of a tablet": ["drugs: dabrafenib 150 mg every 12 h oral over 3 h"],
    "infusion over days": ["drugs: paclitaxel 80 mg/m2 every 7 d iv over 30 h"],
    "commas in brackets": ["drugs: [paclitaxel 80 mg/m2 days 1, 8, 15 of 28 d iv]"],
    "drug as number": ["drugs: [true]"],
    "drugs as mapping": ["drugs: {dabrafenib: 150 mg}"],
    "long text": ["drugs: dabrafenib " + "1 mg " * 200],
    "odd letters": ['drugs: "dabrafenib 150\\u200bmg every 12 h oral"'],
    "drug twice in a line": ["drugs: [dabrafenib 150 mg every 12 h oral, dabrafenib 75 mg every 12 h oral]"],
    "drug side by side": [
        "{drugs: dabrafenib 150 mg every 12 h oral, until: unacceptable toxicity}",
        "{when: progression, drugs: dabrafenib 300 mg every 12 h oral}",
    ],
    "drug side by side with a line between": [
        "{drugs: dabrafenib 150 mg every 12 h oral, until: unacceptable toxicity}",
        "{when: 3 months after start, radiotherapy: 20 Gy in 5 fractions to bone}",
        "drugs: dabrafenib 150 mg every 12 h oral",
    ],
    "drug side by side from a date": [
        "{drugs: dabrafenib 150 mg every 12 h oral, until: 6 months}",
        "{when: 3 months after start, drugs: dabrafenib 150 mg every 12 h oral}",
    ],
    "nothing given": ["when: progression"],
    "nothing at all": ["{}"],
    "line as text": ["dabrafenib"],
    "unknown key of a line": ["drug: dabrafenib 150 mg every 12 h oral"],
    "comma in braces": ["{radiotherapy: 66 Gy in 33 fractions to primary, neck}"],
    "radiation without fractions": ["radiotherapy: 66 Gy to neck"],
    "radiation without unit": ["radiotherapy: 66 in 33 fractions to neck"],
    "radiation without site": ["radiotherapy: 66 Gy in 33 fractions"],
    "radiation of an unknown site": ["radiotherapy: 66 Gy in 33 fractions to nek"],
    "radiation of nowhere": ["radiotherapy: 66 Gy in 33 fractions to other"],
    "radiation twice to a site": ["radiotherapy: 66 Gy in 33 fractions to neck and cervical_nodes"],
    "radiation of no dose": ["radiotherapy: 0 Gy in 33 fractions to neck"],
    "radiation of an absurd dose": ["radiotherapy: 6600 Gy in 33 fractions to neck"],
    "radiation in one go": ["radiotherapy: 66 Gy in 1 fraction to neck"],
    "part of a fraction": ["radiotherapy: 66 Gy in 33.5 fractions to neck"],
    "eight days a week": ["radiotherapy: 66 Gy in 33 fractions to neck 8 days a week"],
    "hours apart of one": ["radiotherapy: 66 Gy in 33 fractions to neck 6 h apart"],
    "hours apart": ["radiotherapy: 66 Gy in 33 fractions twice daily 30 h apart to neck"],
    "unknown operation": ["surgery: total thyroidectmy"],
    "operation beside drugs": ["{surgery: lobectomy, drugs: dabrafenib 150 mg every 12 h oral}"],
    "operation until": ["{surgery: lobectomy, until: progression}"],
    "operation twice": ["surgery: total thyroidectomy", "surgery: total thyroidectomy with neck dissection"],
    "smaller operation": ["surgery: lobectomy", "surgery: debulking"],
    "resectable without a gland": ["surgery: total thyroidectomy", "{when: resectable, surgery: total thyroidectomy}"],
    "unknown beginning": ["{when: progresion, surgery: lobectomy}"],
    "beginning that is an end": ["{when: unacceptable toxicity, surgery: lobectomy}"],
    "beginning without unit": ["{when: 3 after start, surgery: lobectomy}"],
    "beginning after the end": ["{when: 40 months after start, surgery: lobectomy}"],
    "beginnings out of order": [
        "{when: 3 months after start, surgery: lobectomy}",
        "{when: 2 months after start, radiotherapy: 20 Gy in 5 fractions to bone}",
    ],
    "no end before the next": [
        "{drugs: dabrafenib 150 mg every 12 h oral, until: []}",
        "drugs: paclitaxel 80 mg/m2 every 7 d iv",
    ],
    "unknown end": ["{drugs: dabrafenib 150 mg every 12 h oral, until: progresion}"],
    "end twice": ["{drugs: dabrafenib 150 mg every 12 h oral, until: [progression, progression]}"],
    "end without unit": ["{drugs: dabrafenib 150 mg every 12 h oral, until: 6}"],
    "end in mm": ["{drugs: dabrafenib 150 mg every 12 h oral, until: 6 mm}"],
    "cycles without drugs": ["{radiotherapy: 20 Gy in 5 fractions to bone, until: 6 cycles}"],
    "cycles of tablets in a line": ["{drugs: dabrafenib 150 mg every 12 h oral, until: 6 cycles}"],
    "no cycles in a line": ["{drugs: paclitaxel 80 mg/m2 every 7 d iv, until: 0 cycles}"],
    "end of no radiotherapy": ["{drugs: dabrafenib 150 mg every 12 h oral, until: end of radiotherapy}"],
    "delay without unit": ["{surgery: lobectomy, delay: 4}"],
    "negative delay": ["{surgery: lobectomy, delay: -4 weeks}"],
    "lines alike": ["{name: x, surgery: lobectomy}", "{name: X, radiotherapy: 20 Gy in 5 fractions to bone}"],
    "too many lines": ["radiotherapy: 20 Gy in 5 fractions to bone"] * 21,
}
ONE_LINE = "arms: [{name: a, lines: [{drugs: dabrafenib 150 mg every 12 h oral}]}, {name: b}]\n"
CONDUCT = {
    "scans off and progression": ONE_LINE + "scans: off",
    "scans off and resectable": "scans: off\narms: [{name: a, lines: [{when: resectable, surgery: lobectomy}]}]",
    "scans off and response": "scans: off\nendpoints: [OS, objective response rate]",
    "scans without every": ONE_LINE + "scans: 8 weeks",
    "scans every 0 d": ONE_LINE + "scans: every 0 d",
    "scans in mm": ONE_LINE + "scans: every 8 mm",
    "scans without an end": ONE_LINE + "scans: [every 8 weeks, every 12 weeks]",
    "scans that end at once": ONE_LINE + "scans: every 8 weeks until 4 weeks then every 12 weeks",
    "scans backwards": ONE_LINE + "scans: every 6 weeks until 24 weeks then every 4 weeks until 12 weeks",
    "scans of nothing": ONE_LINE + "scans: []",
    "unknown design": ONE_LINE + "design: crossover",
    "randomised to one arm": "design: randomised",
    "strata of twins": ONE_LINE + "stratify: [stage]",
    "unknown factor": ONE_LINE + "design: randomised\nstratify: [stag]",
    "factor twice": ONE_LINE + "design: randomised\nstratify: [ECOG, ecog]",
    "gene not in the disease": ONE_LINE + "design: randomised\nstratify: [ATM]",
    "accrual without unit": ONE_LINE + "accrual: 24",
    "drop-out without time": ONE_LINE + "drop_out: 5 %",
    "drop-out of everyone": ONE_LINE + "drop_out: 100 %/year",
    "cut-off after what": ONE_LINE + "cut_off: 36 months",
    "cut-off before the last": ONE_LINE + "accrual: 24 months\ncut_off: 20 months after first patient",
    "enrolment without delay": ONE_LINE + "enrolment: {ECOG: {max: 2}}",
    "enrolment spread": ONE_LINE + "enrolment: {delay: 2.6 months, spread: -1}",
    "enrolment too well": ONE_LINE + "enrolment: {delay: 2.6 months, ECOG: {min: 1}}",
    "tracheostomy": ONE_LINE + "supportive_care: {tracheostomy: allways}",
    "nutrition": ONE_LINE + "supportive_care: {nutrition: enough}",
    "unknown care": ONE_LINE + "supportive_care: {nutrision: on}",
    "unknown clock": "cohort: {clock: enrolmnt}",
}
PATIENTS = {
    "unknown gene": "genotype: [BRAFF V600E]",
    "gene twice": "genotype: [BRAF V600E, BRAF]",
    "two alterations": "genotype: {BRAF: [V600E, K601E]}",
    "unknown alteration": "genotype: [TP53, BRAF V600F]",
    "stage": "presentation: {stage: IV}",
    "diameter": "presentation: {diameter: 6 months}",
    "futures": "futures: 0",
    "patients is not a key": "patients: 5",
}
NETWORKS = {
    "patients are not of this kind": "patients: 5",
    "unknown network": "network: atk",
    "missing file": "network: nowhere.bnd",
    "settings of a built-in network": "settings: model.cfg",
    "unit of a built-in network": "time_unit: h",
    "samples": "samples: 3",
    "duration without windows": "duration: 1 h\ntime_tick: 2 h",
    "duration of another dimension": "duration: 5 mm",
    "duration that is no number": "duration: .nan",
    "no condition": "conditions: []",
    "conditions alike": "conditions: [{name: a}, {name: A}]",
    "unknown alteration": "conditions: [{name: a, genotype: [BRAFF V600E]}]",
    "unknown drug": "conditions: [{name: a, drugs: {dabrafenb: 0.9}}]",
    "dose above one": "conditions: [{name: a, drugs: {dabrafenib: 9}}]",
    "dose of another dimension": "conditions: [{name: a, drugs: {dabrafenib: 9 mg}}]",
    "dose without unit": 'conditions: [{name: a, drugs: {dabrafenib: "9"}}]',
    "concentration without potency": "conditions: [{name: a, drugs: {Ad-p53: 9 nmol/L}}]",
    "unknown surroundings": "conditions: [{name: a, environment: {TGFF: on}}]",
    "unknown node": "conditions: [{name: a, hold: {ERKK: on}}]",
    "state of a node": "conditions: [{name: a, hold: {ERK: 2}}]",
    "node changed twice": "conditions: [{name: a, hold: {ERK: on}, inhibit: {ERK: 0.5}}]",
    "unknown variable": "conditions: [{name: a, variables: {level_GFF: 1}}]",
    "unknown module": "conditions: [{name: a, off: [emt_transcripton]}]",
    "module at half strength": "mechanisms: {emt_transcription: 0.5}",
    "rule": "read_outs: {a: ERK & & MEK}",
    "rule over an unknown node": "read_outs: {a: ERKK}",
    "rule that is a number": "first_passage: {a: 3}",
    "heat map without drugs": "heat_map: {genotypes: [wild type]}",
    "heat map of nothing": "heat_map: {genotypes: [], drugs: [none]}",
    "heat map of unknown genes": "heat_map: {genotypes: [BRAF V600E + P53 lost], drugs: [none]}",
    "heat map above one": "heat_map: {genotypes: [wild type], drugs: [none], inhibition: 3}",
    "dose-response of nothing": "dose_response: {doses: [0, 1]}",
    "dose-response of one dose": "dose_response: {drug: dabrafenib, doses: [1]}",
    "dose-response in an unknown condition": "dose_response: {drug: dabrafenib, conditions: [y]}",
}
WHOLE = {
    "empty": "",
    "whitespace": " \n\n \t\n",
    "comment only": "# nothing\n",
    "top level list": "- a\n- b\n",
    "top level text": "hello",
    "version missing": "kind: trial\nname: a\n",
    "version future": "paget: 7\nkind: trial\nname: a\n",
    "version text": "paget: one\nkind: trial\nname: a\n",
    "version bool": "paget: true\nkind: trial\nname: a\n",
    "kind missing": "paget: 1\nname: a\n",
    "kind unknown": "paget: 1\nkind: trail\nname: a\n",
    "kind unbuilt": "paget: 1\nkind: tissue\nname: a\n",
    "kind list": "paget: 1\nkind: [trial]\nname: a\n",
    "name missing": "paget: 1\nkind: trial\n",
    "name number": "paget: 1\nkind: trial\nname: 5\n",
    "name empty": "paget: 1\nkind: trial\nname: ''\n",
    "name with control": 'paget: 1\nkind: trial\nname: "a\\e[2J"\n',
    "name long": "paget: 1\nkind: trial\nname: " + "x" * 500 + "\n",
    "alias bomb": "a: &a [x,x,x,x,x,x,x,x,x]\n"
    + "".join(f"{b}: &{b} [{','.join(['*' + a] * 9)}]\n" for a, b in zip("abcdefg", "bcdefgh", strict=True)),
    "alias tower": "a: &a [" + "x," * 2000 + "]\nb: &b [*a, *a, *a, *a]\nc: [*b, *b, *b, *b]\n",
}
FILES = {
    "utf-16": "paget: 1\n".encode("utf-16"),
    "latin-1": "paget: 1\nkind: trial\nname: Krebs der Schilddrüse\n".encode("latin-1"),
    "binary": bytes(range(256)),
    "elf": b"\x7fELF\x02\x01\x01\x00",
    "png": b"\x89PNG\r\n\x1a\n",
    "nul": b"paget: 1\nname: \x00\n",
    "huge": b"# " + b"x" * 2_000_000,
}
SETTINGS = {
    "no equals": "patients",
    "no path": "=3",
    "bad path": "arms[x]=3",
    "wrong value": "patients=-5",
    "unknown": "patiens=5",
    "past the end": "arms[7].name=x",
    "into text": "name.first=x",
    "into list": "arms.name=x",
    "broken value": "arms=[",
    "tag": "patients=!!int 3",
    "nan": "follow_up=.nan",
    "deep": "a" + ".a" * 100 + "=1",
}


def cases() -> dict[str, tuple[bytes, tuple[str, ...]]]:
    """Content of the file and values of ``--set`` by the name of the case."""
    found: dict[str, tuple[bytes, tuple[str, ...]]] = {}
    groups = (("trial", MINIMAL, TRIALS), ("patient", PATIENT, PATIENTS), ("network", NETWORK, NETWORKS))
    for group, head, table in (*groups, ("file", "", WHOLE)):
        found |= {f"{group}: {name}": ((head + body + "\n" * bool(head)).encode(), ()) for name, body in table.items()}
    for name, lines in TREATMENTS.items():
        text = MINIMAL + "arms:\n  - name: a\n    lines:\n" + "".join(f"      - {line}\n" for line in lines)
        found[f"treatment: {name}"] = (text.encode(), ())
    found |= {f"conduct: {name}": ((MINIMAL + body + "\n").encode(), ()) for name, body in CONDUCT.items()}
    for name in ("unknown network", "missing file"):
        text = NETWORK.replace("network: atc", NETWORKS[name])
        found[f"network: {name}"] = (text.encode(), ())
    found |= {f"bytes: {name}": (content, ()) for name, content in FILES.items()}
    arms = (MINIMAL + "arms: [{name: a}]\n").encode()
    return found | {f"set: {name}": (arms, (setting,)) for name, setting in SETTINGS.items()}


def messages() -> dict[str, str]:
    """What each case is refused with."""
    from paget.errors import InputError
    from paget.scenario import read
    from paget.scenario.text import decode

    found: dict[str, str] = {}
    for name, (content, settings) in cases().items():
        try:
            read(decode(content, file="wrong.yaml"), file="wrong.yaml", overrides=settings)
            found[name] = "ACCEPTED"
        except InputError as error:
            found[name] = str(error)
    return found


if __name__ == "__main__":
    import json
    from pathlib import Path

    target = Path(__file__).parent / "messages.json"
    target.write_text(json.dumps(messages(), indent=1, ensure_ascii=False) + "\n", "utf-8")
