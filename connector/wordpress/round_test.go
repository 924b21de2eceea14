package wordpress_test

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"stet"
	"stet/connector"
	"stet/connector/wordpress/fake"
)

// unpleasant are texts that a CMS likes to change.
var unpleasant = map[string]string{
	"plain":         "Hello.",
	"entities":      "AT&T &amp; a < b && c > d, &lt;b&gt;, &nbsp; &copy; &#8211; & amp;",
	"script":        "Before <script>alert(1)</script> after\n\n<script src=\"//example.com/x.js\"></script>\n\n<iframe src=\"https://example.com\">x</iframe>",
	"shortcodes":    "See [gallery ids=\"1,2\"], [[caption]] and [link](https://example.com/?a=1&b=[audio]).\n\n```\n[gallery]\n```",
	"four bytes":    "\U0001F680 rockets \U0001D11E clefs \U0001F468\u200D\U0001F469\u200D\U0001F467 families",
	"right to left": "שלום <b>עולם</b> و\u202Eabc\u202C مرحبا",
	"backslashes":   `C:\new\table \\server\share \"quoted\" \' \0`,
	"white space":   "  lead\u00a0\u00a0and   trail  \n\n\n\ttab\tbed\n\nend  ",
	"quotes":        "\"Double\" 'single' -- dashes --- and ... dots, it's (c) 1/2 10x20",
	"comment":       "A <!-- wp:paragraph --> and <!-- stet:abcdefghijklmnopqrstuvwxyz seq:9 --> and <!--more--> and <!--nextpage-->",
	"block json":    "<div data-x='{\"a\":\"b--c\"}' class=\"language-x\">text</div>",
	"raw html":      "<p style=\"color:red\" onclick=\"x()\" class=\"mine\">a<br/>b</p>\n\n<details open><summary>S</summary>\n\ninside\n\n</details>",
	"unclosed":      "<b>bold\n\nnext <i>para\n\n<div>open",
	"links":         "[a](https://example.com/a?b=c&d=e \"Ti\\\"tle\") <https://example.com/x> https://example.com/y_z_ [js](javascript:alert(1)) www.example.com",
	"images":        "![Alt & \"quoted\"](https://example.com/a.png \"Title\")\n\n[![in link](https://example.com/b.png)](https://example.com)\n\ntext ![inline](https://example.com/c.png) text",
	"lists":         "- a\n- b\n\n  second\n  - c\n    1. d\n- [x] done\n- [ ] open\n\n3. three\n4. four\n\n- list with\n\n      code\n\n- end",
	"table":         "| a | b |\n|:--|--:|\n| `x|y` | **b** |\n| [link](https://example.com) | 2 |",
	"code":          "```go\nfunc f[T any](a <-chan T) { s := `<!-- wp:x -->` + \"&amp;\" }\n\n\n  indented\n```\n\n    four spaces\n\n`in <line> & so`",
	"quote":         "> one\n>\n> - two\n>\n> > three",
	"headings":      "# One\n\n## Two & <i>x</i>\n\n###### Six\n\n####### Seven",
	"footnotes":     "Text[^1] and[^long].\n\n[^1]: Note.\n[^long]: Long\n\n    with paragraphs",
	"rules":         "a\n\n---\n\n***\n\nb",
	"long":          strings.Repeat("All work and no play makes a long article. ", 5000),
	"null":          "a\x00b",
	"math":          "$a_1 < b_2$ \\(x\\) \\[y\\]",
	"urls alone":    "https://www.youtube.com/watch?v=dQw4w9WgXcQ\n\nhttps://example.com/",
	"empty":         "",
}

func unpleasantWrites() []connector.Write {
	var writes []connector.Write
	for name, text := range unpleasant {
		w := write(1, func(d *stet.Document) {
			d.Slug, d.Body.Text = "text-"+strings.ReplaceAll(name, " ", "-"), text
			d.Summary = firstRunes(text, 300)
			d.Title = name + ": " + firstRunes(strings.ReplaceAll(text, "\n", " "), 120)
			d.Tags = []string{"A & B", "C++", "C#", "Café " + name, "<b>", "日本"}
		})
		w.Key.ContentID = name
		writes = append(writes, w)
	}
	return writes
}

func firstRunes(s string, n int) string {
	r := []rune(strings.ReplaceAll(s, "\x00", ""))
	return string(r[:min(n, len(r))])
}

// mark gives every write a marker of its own.
func mark(of string) string {
	sum := sha256.Sum256([]byte(of))
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum[:]))[:26]
}

// everybody opens the sites that are tried: the fake, and the real one that STET_TEST_WORDPRESS describes, as users with
// and without the right unfiltered_html.
func everybody(t *testing.T, opt map[string]string, run func(t *testing.T, c target, name string)) {
	users := []fake.User{fake.Admin, {ID: 3, Login: "author", Password: "author pass word", Role: "author"}}
	for _, u := range users {
		t.Run("fake "+u.Role, func(t *testing.T) {
			own := map[string]string{"user": u.Login, "password": u.Password}
			for name, v := range opt {
				own[name] = v
			}
			_, c := start(t, fake.Options{Users: users}, own)
			run(t, c, "fake")
		})
	}
	var wp struct {
		URL   string
		Users map[string]struct{ User, Password string }
	}
	if text := os.Getenv("STET_TEST_WORDPRESS"); text == "" {
		return
	} else if err := json.Unmarshal([]byte(text), &wp); err != nil {
		t.Fatal(err)
	}
	for role, u := range wp.Users {
		if role == "contributor" || opt != nil && role != "admin" {
			continue
		}
		t.Run("real "+role, func(t *testing.T) {
			own := map[string]string{"user": u.User, "password": u.Password}
			for name, v := range opt {
				own[name] = v
			}
			run(t, openAt(t, wp.URL, own), "real-"+role)
		})
	}
}

var pictures = regexp.MustCompile(`https://example\.com(/\w+\.png)`)

// What is stored and read back has the fingerprint of what was sent, whoever's account it is and whatever the site did
// to it.
func TestTextsComeBackEqual(t *testing.T) {
	g := newGallery(t)
	for _, opt := range []map[string]string{nil, {"body": "html"}} {
		everybody(t, opt, func(t *testing.T, c target, name string) {
			for i, w := range append(unpleasantWrites(), corpus(t)...) {
				run := fmt.Sprintf("%s-%d-%d", name, os.Getpid(), len(opt))
				w.Marker = mark(fmt.Sprint(i, run))
				w.Doc.Slug += "-" + run
				w.Doc.Categories = nil // authors make none
				w.Doc.Body.Text = pictures.ReplaceAllString(w.Doc.Body.Text, g.url+"$1")
				item := create(t, c, w)
				if item.Draft != want(t, c, w) {
					t.Errorf("%s: the draft is not what was sent: %q", w.Key.ContentID, w.Doc.Body.Text[:min(200, len(w.Doc.Body.Text))])
					continue
				}
				if err := c.Publish(t.Context(), item.ID, w); err != nil {
					t.Errorf("%s: %v", w.Key.ContentID, err)
					continue
				}
				if item := read(t, c, item.ID); item.Live != want(t, c, w) || item.Seq != 1 || item.Slug != w.Doc.Slug {
					t.Errorf("%s: the post is not what was sent: %+v", w.Key.ContentID, item)
				}
				if items := find(t, c, w); len(items) != 1 {
					t.Errorf("%s: found %d items", w.Key.ContentID, len(items))
				}
			}
		})
	}
}

var frontMatter = regexp.MustCompile(`(?s)^\+\+\+\n.*?\n\+\+\+\n`)

// corpus are the articles of the folder STET_CORPUS, none where it is not set.
func corpus(t *testing.T) []connector.Write {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(os.Getenv("STET_CORPUS"), "*.md"))
	if os.Getenv("STET_CORPUS") == "" {
		return nil
	}
	if err != nil || len(names) == 0 {
		t.Fatalf("no article in STET_CORPUS: %v", err)
	}
	var writes []connector.Write
	for i, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		w := write(1, func(d *stet.Document) {
			d.Title, d.Slug = filepath.Base(name), fmt.Sprintf("article-%d", i)
			d.Body.Text = frontMatter.ReplaceAllString(string(text), "")
		})
		w.Key.ContentID = filepath.Base(name)
		writes = append(writes, w)
	}
	return writes
}
