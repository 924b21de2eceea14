package vale

import (
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// anyWord are the regular expressions that styles write for a word.
var anyWord = []string{`\w+`, `\b\w+\b`, `\b(\w+)\b`, `(\w+)`, `[^\s]+`, `\S+`, `\b[^\s]+\b`, `[^\s.!?]+`, `[\w]+`}

func (s *style) occurrence() {
	token := s.text("token")
	m := mapping{}
	for _, key := range []string{"min", "max"} {
		if n, err := strconv.Atoi(s.text(key)); err == nil && (n > 0 || key == "max" && s.text("min") == "") {
			m = append(m, pair{key, n})
		}
	}
	switch {
	case len(m) == 0:
		s.leave("it has neither min nor max")
		return
	case slices.Contains(anyWord, token):
		m = append(m, pair{"of", "words"})
	case token == ".":
		m = append(m, pair{"of", "characters"})
	default:
		if err := s.usable(token, nil); err != nil {
			s.leave("token %q: %v", token, err)
			return
		}
		if s.sensitive() {
			m = append(m, pair{"case", true})
		}
		m = append(m, pair{"patterns", []string{token}})
	}
	per := "block"
	switch s.text("scope") {
	case "sentence":
		per = "sentence"
	case "summary":
		per = "article"
	}
	s.add("count", append(m, pair{"per", per}), "%{count}")
}

func (s *style) repetition() {
	for _, token := range s.list("tokens") {
		if !slices.Contains(anyWord, token) {
			s.leave("token %q: only repeated words are found here", token)
			return
		}
	}
	var m mapping
	if list := s.exceptions(); len(list) > 0 {
		m = append(m, pair{"exceptions", list})
	}
	s.add("repeat", m, "%{match}")
}

func (s *style) capitalization() {
	m := mapping{}
	switch match := s.text("match"); match {
	case "$sentence":
		m = append(m, pair{"style", "sentence"}, pair{"strict", true})
	case "$title", "$lower", "$upper":
		m = append(m, pair{"style", match[1:]})
	default:
		if err := s.usable(match, nil); err != nil {
			s.leave("match %q: %v", match, err)
			return
		}
		m = append(m, pair{"style", "pattern"}, pair{"pattern", `(?s:.*)(?:` + match + `)(?s:.*)`})
	}
	enough := 80.0 // percent, in Vale unless a rule says otherwise
	if share, err := strconv.ParseFloat(s.text("threshold"), 64); err == nil && share > 0 && share <= 1 {
		enough = 100 * share
	}
	if s.text("match")[:min(1, len(s.text("match")))] == "$" {
		m = append(m, pair{"enough", int(enough)})
	}
	if list := s.list("indicators"); len(list) > 0 {
		m = append(m, pair{"after", list})
	}
	if list := s.exceptions(); len(list) > 0 {
		m = append(m, pair{"exceptions", list})
	}
	if s.text("scope") == "" || s.text("scope") == "text" {
		s.keys["scope"] = []any{"paragraph", "heading", "list", "table", "blockquote"}
	}
	s.add("case", m, "%{match}")
}

// formulas are the metrics that are known here.
var formulas = map[string]func(v map[string]float64) float64{
	"flesch-kincaid": func(v map[string]float64) float64 {
		return 0.39*v["words"]/v["sentences"] + 11.8*v["syllables"]/v["words"] - 15.59
	},
	"flesch": func(v map[string]float64) float64 {
		return 206.835 - 1.015*v["words"]/v["sentences"] - 84.6*v["syllables"]/v["words"]
	},
	"ari": func(v map[string]float64) float64 {
		return 4.71*v["characters"]/v["words"] + 0.5*v["words"]/v["sentences"] - 21.43
	},
	"coleman-liau": func(v map[string]float64) float64 {
		return 0.0588*100*v["characters"]/v["words"] - 0.296*100*v["sentences"]/v["words"] - 15.8
	},
	"gunning-fog": func(v map[string]float64) float64 {
		return 0.4 * (v["words"]/v["sentences"] + 100*v["complex_words"]/v["words"])
	},
	"smog": func(v map[string]float64) float64 {
		return 1.0430*math.Sqrt(v["polysyllabic_words"]*30/v["sentences"]) + 3.1291
	},
	"lix": func(v map[string]float64) float64 {
		return v["words"]/v["sentences"] + 100*v["long_words"]/v["words"]
	},
}

var condition = regexp.MustCompile(`^\s*(>=?|<=?)\s*(-?[0-9.]+)\s*$`)

func (s *style) metric() {
	name := metricOf(s.text("formula"))
	limit := condition.FindStringSubmatch(s.text("condition"))
	switch {
	case name == "":
		s.leave("formula %q: it is none of the known ones", strings.Join(strings.Fields(s.text("formula")), " "))
	case limit == nil:
		s.leave("condition %q: it is no comparison with a number", s.text("condition"))
	default:
		key := "max"
		if limit[1][0] == '<' {
			key = "min"
		}
		value, _ := strconv.ParseFloat(limit[2], 64) // digits and points; what is no number fails the check of the rule
		s.add("readability", mapping{{"metric", name}, {key, value}}, "%{count}")
	}
}

// metricOf finds the metric that a formula computes, however it is written, by its values at a few points.
func metricOf(formula string) string {
	var names []string
	for name := range formulas {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		same := true
		for k := 1.0; k <= 3 && same; k++ {
			v := map[string]float64{
				"words": 400 * k, "sentences": 20 + 3*k, "syllables": 610 + 7*k*k, "characters": 1900 + 11*k,
				"complex_words": 31 + k*k, "polysyllabic_words": 41 + k*k*k, "long_words": 83 + 5*k,
			}
			got, err := evaluate(formula, v)
			same = err == nil && math.Abs(got-formulas[name](v)) < 1e-6
		}
		if same {
			return name
		}
	}
	return ""
}

func (s *style) readability() {
	names := map[string]string{"Flesch-Kincaid": "flesch-kincaid", "Gunning Fog": "gunning-fog", "Coleman-Liau": "coleman-liau", "SMOG": "smog", "Automated Readability": "ari"}
	list := s.list("metrics")
	grade, err := strconv.ParseFloat(s.text("grade"), 64)
	switch {
	case len(list) != 1:
		s.leave("metrics: the mean of %d metrics is not known here; name one", len(list))
	case names[list[0]] == "" || err != nil:
		s.leave("metric %q with grade %q is not known here", list[0], s.text("grade"))
	default:
		s.add("readability", mapping{{"metric", names[list[0]]}, {"max", grade}}, "%{count}")
	}
}
