package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"stet"
	"stet/internal/prose"
	"stet/internal/qa"
	"stet/internal/qa/ground"
)

const (
	knowledgeDocuments = 1000
	knowledgeWords     = 600 // of a document
	knowledgeArticles  = 100
)

// Knowledge measures what a knowledge base of 1,000 documents costs: reading it, reading its snapshot, and judging articles.
func Knowledge(w io.Writer, corpus string) error {
	claims, absent, err := wiceClaims(wicePath(corpus))
	if err != nil {
		return err
	}
	if absent {
		return skip(w, "Knowledge base", wicePath(corpus))
	}
	more, path, absent, err := fm2Claims(corpus)
	if err != nil {
		return err
	}
	if absent {
		return skip(w, "Knowledge base", path)
	}
	documents, articles := knowledgeOf(append(claims, more...)), []*qa.Article{}
	for i := range knowledgeArticles {
		a, err := articleOf(claims, i)
		if err != nil {
			return err
		}
		articles = append(articles, a)
	}
	fmt.Fprintf(w, "### Knowledge base of %d documents of %d words\n\n| what | wall ms | CPU ms |\n|---|--:|--:|\n", len(documents), knowledgeWords)
	x, read := &ground.Index{}, &ground.Index{}
	var data []byte
	checker := qa.Checker(nil)
	steps := []struct {
		name  string
		times int
		do    func() error
	}{
		{"read all documents", 1, func() error { _, err := x.Sync(documents); return err }},
		{"read them again, unchanged", 1, func() error { _, err := x.Sync(documents); return err }},
		{"write a snapshot", 1, func() (err error) { data, err = x.MarshalBinary(); return err }},
		{"read a snapshot", 1, func() error { return read.UnmarshalBinary(data) }},
		{"make the checker", 1, func() (err error) { checker, err = gate(x, wide); return err }},
		{"judge an article of 2,000 words, its documents cold", len(articles), func() error { return checkAll(checker, articles) }},
		{"judge an article of 2,000 words, its documents warm", len(articles), func() error { return checkAll(checker, articles) }},
	}
	for _, step := range steps {
		begin, cpu := time.Now(), cpuTime()
		if err := step.do(); err != nil {
			return err
		}
		wall, used := time.Since(begin), cpuTime()-cpu
		fmt.Fprintf(w, "| %s | %.1f | %.1f |\n", step.name, ms(wall)/float64(step.times), ms(used)/float64(step.times))
	}
	_, err = fmt.Fprintf(w, "\nThe snapshot has %d bytes; the index holds %s.\n\n", len(data), x)
	return err
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// knowledgeOf cuts the sources of claims into documents.
func knowledgeOf(claims []claim) map[string][]byte {
	documents := map[string][]byte{}
	var text strings.Builder
	words := 0
	for _, c := range claims {
		for _, line := range c.source {
			text.WriteString(strings.TrimSpace(line) + "\n\n")
			words += len(strings.Fields(line))
			if words >= knowledgeWords && len(documents) < knowledgeDocuments {
				documents[fmt.Sprintf("%04d.md", len(documents))] = []byte(text.String())
				text.Reset()
				words = 0
			}
		}
	}
	return documents
}

// articleOf stitches claims into an article of 2,000 words, another one for each number.
func articleOf(claims []claim, number int) (*qa.Article, error) {
	var text strings.Builder
	words := 0
	for i := number * 7; words < 2000; i++ {
		c := claims[i%len(claims)]
		text.WriteString(strings.TrimSpace(c.text) + " ")
		words += len(strings.Fields(c.text))
		if i%4 == 0 {
			text.WriteString("\n\n")
		}
	}
	body, err := prose.Parse("markdown", text.String())
	return &qa.Article{Doc: stet.Document{Title: fmt.Sprintf("Article %d", number), Locale: "en"}, Body: body}, err
}

func checkAll(checker qa.Checker, articles []*qa.Article) error {
	for _, a := range articles {
		for _, r := range checker.Check(noDeadline, a) {
			if r.Err != nil {
				return r.Err
			}
		}
	}
	return nil
}
