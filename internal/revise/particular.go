package revise

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"stet"
)

// Particulars are what a reader could check: numbers, names and quotes. A reviser may move them and leave them out; one
// that is new must be in the knowledge base. What counts as a particular is taken widely: a round that is discarded for a
// harmless word costs a call, an invented number costs the reader's trust.
var (
	number = regexp.MustCompile(`[\p{L}\p{Sc}]*\d[\p{L}\d.,:/%‰°+-]*`)
	word   = regexp.MustCompile(`[\p{L}\p{N}](?:[\p{L}\p{N}\p{M}'’.&+-]*[\p{L}\p{N}])?`)
	quote  = regexp.MustCompile(`"([^"\n]{3,})"|“([^”\n]{3,})”|«([^»\n]{3,})»|„([^“”\n]{3,})[“”]`)
)

// invented names the first particular of a round's document that is neither in the source's text nor in the knowledge
// base.
func (l Loop) invented(ctx context.Context, d Draft, r *Round) (string, error) {
	known := plain(d.Original) + "\n" + plain(d.Doc)
	backed := func(kind, particular string) (string, error) {
		if l.Source != nil {
			held, err := l.Source.Holds(ctx, particular)
			if err != nil || held {
				return "", err
			}
		}
		return fmt.Sprintf("the %s %q is neither in the article nor in the knowledge base", kind, particular), nil
	}
	for _, p := range strangers(known, plain(r.Doc)) {
		if why, err := backed(p.kind, p.text); why != "" || err != nil {
			return why, err
		}
	}
	return "", nil
}

type particular struct{ kind, text string }

// strangers are the particulars of text that known has not, in order.
func strangers(known, text string) (list []particular) {
	seen := map[string]bool{}
	add := func(kind, text string) {
		if !seen[kind+text] {
			seen[kind+text] = true
			list = append(list, particular{kind, text})
		}
	}
	numbers := set(number.FindAllString(known, -1))
	for _, n := range number.FindAllString(text, -1) {
		if n = strings.TrimRight(n, ".,:/-"); !numbers[n] {
			add("number", n)
		}
	}
	words := set(word.FindAllString(strings.ToLower(known), -1))
	for _, at := range word.FindAllStringIndex(text, -1) {
		w := text[at[0]:at[1]]
		if first, _ := utf8.DecodeRuneInString(w); !unicode.IsUpper(first) || words[strings.ToLower(w)] {
			continue
		}
		if !opens(text[:at[0]]) || strings.IndexFunc(w[1:], unicode.IsUpper) >= 0 {
			add("name", w)
		}
	}
	flat := squeeze(known)
	for _, m := range quote.FindAllStringSubmatch(text, -1) {
		for _, q := range m[1:] {
			if q != "" && !strings.Contains(flat, squeeze(q)) {
				add("quote", q)
			}
		}
	}
	return list
}

// opens reports whether what stands before a word lets any word begin with a capital: the start of a paragraph, list item
// or heading, or the end of a sentence. A line may end in the middle of a sentence.
func opens(before string) bool {
	bare := strings.TrimRight(before, " \t\"'“”‘’«»„(*_[#>-")
	if last, _ := utf8.DecodeLastRuneInString(bare); bare == "" || strings.ContainsRune(".!?:…", last) {
		return true
	}
	return strings.HasSuffix(bare, "\n\n") || strings.HasSuffix(bare, "\n") && strings.ContainsAny(before[len(bare):], "#>*-")
}

func set(list []string) map[string]bool {
	out := map[string]bool{}
	for _, s := range list {
		out[strings.TrimRight(s, ".,:/-")] = true
	}
	return out
}

// squeeze makes texts equal that differ in white space and the form of quotation marks only.
func squeeze(s string) string {
	return strings.Join(strings.Fields(quotes.Replace(s)), " ")
}

var quotes = strings.NewReplacer("“", `"`, "”", `"`, "„", `"`, "«", `"`, "»", `"`, "’", "'", "‘", "'")

// plain is every text of a document, each on lines of its own.
func plain(doc stet.Document) string {
	var list []string
	for _, f := range fields {
		if t := textOf(&doc, f); t != nil {
			list = append(list, *t)
		}
	}
	return norm.NFC.String(strings.Join(list, "\n\n"))
}
