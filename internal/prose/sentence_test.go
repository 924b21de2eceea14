package prose_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"stet/internal/prose"
)

// TestSentences has a text a line, its sentences divided by " | ".
func TestSentences(t *testing.T) {
	for line := range strings.Lines(sentences) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		source := strings.NewReplacer(" | ", " ", "|", "").Replace(line)
		var want []string
		for s := range strings.SplitSeq(line, "|") {
			want = append(want, strings.TrimSpace(s))
		}
		text := parse(t, "markdown", source)
		var got []string
		for _, b := range text.Blocks {
			for _, s := range b.Sentences {
				got = append(got, b.Plain[s.Start:s.End])
			}
		}
		plain := make([]string, len(want))
		for i, w := range want {
			plain[i] = strings.NewReplacer("`", "").Replace(w)
		}
		if diff := cmp.Diff(plain, got); diff != "" {
			t.Errorf("%s\n(-want +got):\n%s", source, diff)
		}
	}
}

const sentences = `
# plain
One sentence. | Another one! | A third? | Yes.
No point at the end
It ends with two marks?! | Really.
# abbreviations
Mr. Smith met Dr. Jones and Prof. Brown. | They talked.
We use tools, e.g. Make and Go, i.e. what we know. | That is all.
Apples, pears, etc. are fruit. | We sell apples, pears, etc. | The shop is open, etc. | I'm here.
Acme Inc. makes ladders. | She works at Acme Inc. | The firm is old.
See Fig. 3 and No. 5 on p. 12. | Then stop.
He moved to St. Louis in Jan. 2020. | It rained.
It costs approx. 5 euros vs. 6 before.
They met at 5 p.m. Monday. | He left at 5 p.m. | The room was empty.
The U.S. Senate voted. | She lives in the U.S. | He lives elsewhere.
She has a Ph.D. in physics. | He has none.
John Jr. Smith and Gen. Grant spoke.
# initials
J. K. Rowling wrote it. | George W. Bush read it. | J.R.R. Tolkien did not.
Take vitamin C. | It helps. | This is plan B. | We have no plan C.
Ask me and I. | The end.
Brown v. Board of Education was decided.
He joined League D. | The four others stayed. | J. A. Smith and Dwight D. Eisenhower met.
# numbers
It is so. | 1. Push it. | 2. Pull it. | It costs 5. | So what?
The value is 3.14 and not 1,000.5. | It grew by 2.5%. | Good.
Version 1.28.1 is out. | Go 1.26 came in 2026. | We use v2.0.0-rc.1 now.
It was 2020. | Then came 2021.
Use example.com or node.js. | Both work.
Am 3. Oktober war frei. | Das war z.B. ein Montag.
# quotes
"Go away." | She left. | "Why?" he asked. | "Because!" | He smiled.
He said "stop." | She did. | (It was late.) | They slept.
She called it “done.” | We agreed. | »Genug.« | Er ging.
‘Fine.’ | He left.
# ellipsis
I wonder… maybe not. | Well… | Fine.
Wait... what? | Then he said... | Nothing happened.
It goes on . . . and on. | It stops . . . | Then it starts.
# names that begin small
We met at noon. | iPhone sales rose. | eBay did too.
# marks within
Yahoo! is a company. | Jeopardy! aired.
The file main.go. is odd. | It is.
# code and addresses
Call ` + "`a.B`" + ` first. | Then call ` + "`c. D`" + `. | ` + "`x`" + ` is last.
See https://example.com/a.b?c=d. | It helps.
# other scripts
今天下雨。|他说：“你好。”然后走了。|真的吗？|是。
彼は「はい。」と言った。|終わり。
यह पहला है। | यह दूसरा है।
هل هذا جيد؟ | نعم.
Это первое. | Это второе.
# lists in a sentence
First, a) do this; b) do that. | Then stop.
`

func TestHardBreaksEndSentences(t *testing.T) {
	for _, c := range []struct {
		source string
		want   int
	}{
		{"First line  \nSecond line", 2},
		{"first line  \nand more", 1},
	} {
		text := parse(t, "markdown", c.source)
		if got := len(text.Blocks[0].Sentences); got != c.want {
			t.Errorf("%q has %d sentences, want %d", c.source, got, c.want)
		}
	}
}

func TestWords(t *testing.T) {
	for _, c := range []struct{ source, want string }{
		{"Hello, world!", "hello world"},
		{"don’t DON'T rock-n-roll", "don't don't rock-n-roll"},
		{"dogs' 'tis it's", "dogs tis it's"},
		{"3.14 1,000 a,b 1,a v1.2.3 e.g. U.S.", "3.14 1,000 a b 1 a v1.2.3 e.g u.s"},
		{"snake_case and/or -x- --y", "snake_case and or x y"},
		{"Café Cafe\u0301 ÉCOLE", "café café école"},
		{"non\u2011breaking so\u00ADft", "non-breaking soft"},
		{"中文 and ひらカナ", "中 文 and ひ ら カ ナ"},
		{"A中b", "a 中 b"},
		{"한국어 텍스트", "한국어 텍스트"},
		{"m² ½ №5", "m² ½ 5"},
		{"x—y x–y x…y", "x y x y x y"},
		{"नमस्ते दुनिया", "नमस्ते दुनिया"},
	} {
		text := prose.Plain(c.source)
		var got []string
		for _, w := range text.Blocks[0].Words {
			got = append(got, w.Fold)
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("words of %q are %q, want %q", c.source, s, c.want)
		}
	}
}

func TestWordsKnowCodeAndLinks(t *testing.T) {
	text := parse(t, "markdown", "plain `code one` [link *two*](x) https://example.com <code>three</code> <a href=y>four</a> five\n")
	var got []string
	for _, w := range text.Blocks[0].Words {
		mark := ""
		if w.Code {
			mark += "c"
		}
		if w.Link {
			mark += "l"
		}
		got = append(got, w.Fold+":"+mark)
	}
	want := "plain: code:c one:c link:l two:l https:cl example.com:cl three:c four:l five:"
	if s := strings.Join(got, " "); s != want {
		t.Errorf("words are %s\nwant      %s", s, want)
	}
}
