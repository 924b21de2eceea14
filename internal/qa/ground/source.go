package ground

import (
	"context"
	"slices"
	"strings"
	"time"

	"stet/internal/qa"
)

// nearby is how many sentences, each with its neighbours, a statement is compared with.
const nearby = 3

// source answers what a knowledge base holds that is nearest to a statement; nil where it holds nothing.
type source interface {
	look(ctx context.Context, w wanted) (*found, error)
	// holds tells whether there is a document of that name, as far as the knowledge base can tell.
	holds(document string) bool
}

// wanted is what is looked for.
type wanted struct {
	text             string
	words, around    []string // stems of the text, and of what stands around it
	document, anchor string   // cited by the author
}

// found is a document and where it speaks of a statement.
type found struct {
	*sought
	document string
	date     time.Time
	coverage int // per cent of the statement's words, by weight, that the nearest sentences hold
	words    int // of the statement, those that say something
	passage  func(sentence int) qa.Passage
	known    func(word string) bool // it occurs all over the knowledge base
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
	q := x.query(w.words, w.around)
	x.lay(&q)
	defer x.collect(q)
	id, cited := x.byPath[w.document]
	if w.document == "" || !cited {
		docs := x.route(q, candidates)
		if len(docs) == 0 {
			return nil, nil
		}
		id = int32(x.best(q, docs))
	}
	d := x.docs[id]
	hits := x.nearest(q, d, nearby)
	if w.anchor != "" {
		hits = slices.DeleteFunc(hits, func(h hit) bool { return d.anchors[d.sentences[h.at].section] != w.anchor })
	}
	f := &found{document: d.path, date: d.date, words: q.words}
	f.sought = d.view().seek(places(hits))
	f.passage = func(sentence int) qa.Passage { return d.passage(hit{at: sentence}) }
	f.coverage, f.known = q.coverage(d, f.near), x.known
	return f, nil
}

func places(hits []hit) []int {
	at := make([]int, len(hits))
	for i, h := range hits {
		at[i] = h.at
	}
	return at
}

// coverage is the share of the query's words in per cent, weighed by how rare they are, that some sentences hold together.
func (q query) coverage(d *document, near []int) int {
	if q.weight == 0 {
		return 100
	}
	held := int64(0)
	for _, t := range q.own {
		for _, i := range near {
			if _, in := slices.BinarySearch(d.sentences[i].terms, t.id); in {
				held += t.weight
				break
			}
		}
	}
	return int(100 * held / q.weight)
}

// widely is in how many documents, and in one of how many, a word must occur to be known wherever it stands: the names of
// products and of the trade.
const widely = 10

// known is for those who hold the index already.
func (x *Index) known(word string) bool {
	id, found := x.terms[stem(word)]
	return found && len(x.postings[id]) >= max(widely, x.live/20)
}

func (x *Index) holds(document string) bool {
	x.mu.RLock()
	defer x.mu.RUnlock()
	_, found := x.byPath[document]
	return found
}

func (stranger) holds(string) bool { return true }

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
	held := map[string]bool{}
	for _, word := range stems(scan(strings.Join(texts, " "))) {
		held[word] = true
	}
	covered := 0
	for _, word := range w.words {
		if held[word] {
			covered++
		}
	}
	return &found{
		sought: newView(texts).seek(all), document: passages[0].Document, date: passages[0].Date, words: len(w.words),
		coverage: 100 * covered / max(1, len(w.words)), passage: func(i int) qa.Passage { return passages[i] },
		known: func(string) bool { return false },
	}, nil
}
