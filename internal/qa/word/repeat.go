package word

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"stet/internal/qa"
)

// repeat finds a word written twice, sentences in a row that begin alike, and phrases that come back.
type repeat struct {
	Of         string   `yaml:"of"`         // words (the default), starts, phrases
	Times      int      `yaml:"times"`      // of starts: sentences in a row, 3; of phrases: occurrences, 3
	Length     int      `yaml:"length"`     // of phrases: words, 5
	Exceptions []string `yaml:"exceptions"` // words that may follow themselves, or begin sentences; phrases
	scope      place
	allowed    map[string]bool
}

// twice are words that English lets follow themselves.
var twice = []string{"that", "had", "bye", "ha", "no", "so", "very", "blah", "knock", "is"}

func newRepeat(_ *builder, rule *qa.Rule) (judge, error) {
	r := &repeat{}
	if err := rule.Decode(r); err != nil {
		return nil, err
	}
	r.allowed = map[string]bool{}
	for _, word := range r.Exceptions {
		r.allowed[fold(word)] = true
	}
	r.scope = scopeOf(rule, running)
	switch r.Of {
	case "", "words":
		for _, word := range twice {
			r.allowed[word] = true
		}
	case "starts", "phrases":
	default:
		return nil, rule.Fault("of", "of is %q; it may be words, starts or phrases", r.Of)
	}
	if r.Times == 0 {
		r.Times = 3
	}
	if r.Length == 0 {
		r.Length = 5
	}
	if r.Times < 2 || r.Length < 2 {
		return nil, rule.Fault("times", "times and length are at least 2")
	}
	return r, nil
}

func (r *repeat) judge(s *sheet, result *qa.Result) error {
	result.Idle = s.empty(r.scope)
	switch r.Of {
	case "starts":
		r.starts(s, result)
	case "phrases":
		r.phrases(s, result)
	default:
		s.each(r.scope, func(u *unit, _ int) { r.words(s, u, result) })
	}
	return nil
}

// words finds words of letters that stand twice with only white space between.
func (r *repeat) words(s *sheet, u *unit, result *qa.Result) {
	for i := 1; i < len(u.tokens) && !full(result); i++ {
		a, b := u.tokens[i-1], u.tokens[i]
		if a.fold != b.fold || !a.first || !a.last || !b.first || !b.last || a.opaque || b.opaque || r.allowed[a.fold] {
			continue
		}
		gap := u.plain[a.end:b.start]
		if strings.TrimSpace(gap) != "" || !letters(a.fold) || u.name(a, b) {
			continue
		}
		f := s.finding(u, a.start, b.end, "“%{match}” stands twice.", said{match: u.plain[b.start:b.end]})
		if edit, exact := u.edit(a.end, b.end, ""); exact && (s.rule.FixKind == "delete" || s.rule.FixKind == "replace") {
			f.Fix = &qa.Fix{Title: "Delete the second “" + u.plain[b.start:b.end] + "”", Safe: s.rule.Safe, Edits: []qa.Edit{edit}}
		}
		result.Findings = append(result.Findings, f)
	}
}

// name tells whether a doubled word is a name, as "Duran Duran": both begin with a capital, away from a sentence's beginning.
func (u *unit) name(a, b token) bool {
	one, _ := utf8.DecodeRuneInString(u.plain[a.start:])
	two, _ := utf8.DecodeRuneInString(u.plain[b.start:])
	return unicode.IsUpper(one) && unicode.IsUpper(two) && !u.begins(a.start)
}

func letters(text string) bool {
	return strings.IndexFunc(text, func(r rune) bool { return !unicode.IsLetter(r) }) < 0
}

// openers say too little to be a beginning of their own; the word after them counts too.
var openers = []string{"a", "an", "the", "this", "that", "these", "those", "my", "our", "your", "his", "her", "its", "their"}

// starts finds sentences in a row, within paragraphs of one section, that begin with the same word.
func (r *repeat) starts(s *sheet, result *qa.Result) {
	word, times, last := "", 0, -1
	s.each(r.scope, func(u *unit, index int) {
		if last >= 0 && (!s.same(last, index) || s.units[last].place != u.place) {
			word, times = "", 0
		}
		last = index
		for _, sentence := range u.block.Sentences {
			begin, end := beginning(u, sentence.First, sentence.Last)
			if begin == "" || begin != word {
				word, times = begin, 0
			}
			if times++; times < r.Times || begin == "" || r.allowed[begin] {
				continue
			}
			f := s.finding(u, sentence.Start, max(end, sentence.Start), "%{count} sentences in a row begin with “%{match}”.",
				said{count: strconv.Itoa(times), limit: strconv.Itoa(r.Times - 1)})
			if n := len(result.Findings); times > r.Times && n > 0 {
				result.Findings[n-1] = f // one finding for a row, at its end
			} else {
				result.Findings = append(result.Findings, f)
			}
		}
	})
}

// beginning is the first word of a sentence, or the first two, and where it ends.
func beginning(u *unit, first, last int) (string, int) {
	if first >= last {
		return "", 0
	}
	words := u.block.Words
	begin, end := words[first].Fold, words[first].End
	if slices.Contains(openers, begin) && first+1 < last {
		begin, end = begin+" "+words[first+1].Fold, words[first+1].End
	}
	return begin, end
}

// gram is where a run of words stands.
type gram struct{ unit, word int }

// phrases finds runs of words that occur again and again. The finding stands at the occurrence that is one too many.
func (r *repeat) phrases(s *sheet, result *qa.Result) {
	at := map[string][]gram{}
	var keys []string // of the row of grams, in the order of the text
	var row []gram
	s.each(r.scope, func(u *unit, index int) {
		for _, sentence := range u.block.Sentences {
			for i := sentence.First; i+r.Length <= sentence.Last; i++ {
				key := u.gram(i, r.Length)
				at[key] = append(at[key], gram{index, i})
				keys, row = append(keys, key), append(row, gram{index, i})
			}
		}
	})
	for i := 0; i < len(row); i++ {
		if !r.tooOften(at[keys[i]], row[i]) || r.allowed[keys[i]] {
			continue
		}
		last := i // the phrase goes on as long as its next words come back as well
		for last+1 < len(row) && row[last+1] == (gram{row[i].unit, row[last].word + 1}) && r.tooOften(at[keys[last+1]], row[last+1]) {
			last++
		}
		u, times := &s.units[row[i].unit], len(at[keys[i]])
		words := u.block.Words
		result.Findings = append(result.Findings, s.finding(u, words[row[i].word].Start, words[row[last].word+r.Length-1].End,
			fmt.Sprintf("“%%{match}” occurs %d times.", times), said{count: strconv.Itoa(times), limit: strconv.Itoa(r.Times - 1)}))
		i = last
	}
}

// tooOften tells whether a gram is the occurrence at which the limit is reached.
func (r *repeat) tooOften(all []gram, one gram) bool {
	return len(all) >= r.Times && all[r.Times-1] == one
}

func (u *unit) gram(first, length int) string {
	var b strings.Builder
	for i := first; i < first+length; i++ {
		if i > first {
			b.WriteByte(' ')
		}
		b.WriteString(u.block.Words[i].Fold)
	}
	return b.String()
}
