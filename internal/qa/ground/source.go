package ground

import (
	"context"
	"slices"
	"strings"
	"time"

	"stet/internal/qa"
)

// nearby is how many sentences, each with its neighbours, a statement is compared with.
const nearby = 4

// source answers what a knowledge base holds that is nearest to a statement; nil where it holds nothing.
type source interface {
	look(ctx context.Context, w wanted) (*found, error)
}

// wanted is what is looked for.
type wanted struct {
	text, around     string
	document, anchor string // cited by the author
}

// found is a document and where it speaks of a statement.
type found struct {
	*sought
	document string
	date     time.Time
	coverage int // per cent of the statement's words, by weight, that the nearest sentences hold
	words    int // of the statement, those that say something
	passage  func(sentence int) qa.Passage
}

// sourceOf is a knowledge base as a source: an Index by its own terms, any other by the passages that it finds.
func sourceOf(kb qa.Knowledge) source {
	if x, own := kb.(*Index); own {
		return x
	}
	return stranger{kb}
}

func (x *Index) look(_ context.Context, w wanted) (*found, error) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	q := x.query(w.text, w.around)
	id, cited := x.byPath[w.document]
	if w.document == "" || !cited {
		docs := x.route(q, 1)
		if len(docs) == 0 {
			return nil, nil
		}
		id = int32(docs[0].at)
	}
	d := x.docs[id]
	hits := x.nearest(q, d, nearby)
	if w.anchor != "" {
		hits = slices.DeleteFunc(hits, func(h hit) bool { return d.anchors[d.sentences[h.at].section] != w.anchor })
	}
	f := &found{document: d.path, date: d.date, words: q.words}
	f.sought = d.view().seek(places(hits))
	f.passage = func(sentence int) qa.Passage { return d.passage(hit{at: sentence}) }
	f.coverage = x.coverage(w.text, d, f.near)
	return f, nil
}

func places(hits []hit) []int {
	at := make([]int, len(hits))
	for i, h := range hits {
		at[i] = h.at
	}
	return at
}

// coverage is the share of a text's words in per cent, weighed by how rare they are, that some sentences hold together.
func (x *Index) coverage(text string, d *document, near []int) int {
	q := x.query(text, "")
	held := int64(0)
	for _, t := range q.terms {
		for _, i := range near {
			if _, in := slices.BinarySearch(d.sentences[i].terms, t.id); in {
				held += t.weight
				break
			}
		}
	}
	if q.weight == 0 {
		return 100
	}
	return int(100 * held / q.weight)
}

// stranger is a knowledge base that is not an Index.
type stranger struct{ kb qa.Knowledge }

func (s stranger) look(ctx context.Context, w wanted) (*found, error) {
	passages, err := s.kb.Search(ctx, w.text, w.document, nearby)
	if err != nil || len(passages) == 0 {
		return nil, err
	}
	texts, all := make([]string, len(passages)), make([]int, len(passages))
	for i, p := range passages {
		texts[i], all[i] = p.Text, i
	}
	var words []string
	for _, t := range scan(w.text) {
		if !idle[t.fold] {
			words = append(words, stem(t.fold))
		}
	}
	held := map[string]bool{}
	for _, t := range scan(strings.Join(texts, " ")) {
		held[stem(t.fold)] = true
	}
	covered := 0
	for _, w := range words {
		if held[w] {
			covered++
		}
	}
	return &found{
		sought: newView(texts).seek(all), document: passages[0].Document, date: passages[0].Date, words: len(words),
		coverage: 100 * covered / max(1, len(words)), passage: func(i int) qa.Passage { return passages[i] },
	}, nil
}
