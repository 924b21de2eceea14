package ground

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"

	"stet/internal/qa"
)

// BM25's constants, for documents and for sentences. Sentences are so short that their length says little.
const (
	saturation     = 1.2
	byLength       = 0.5
	sentenceLength = 0.3
)

// query is what is searched for: terms that the index knows, with their weights.
type query struct {
	terms  []weighted // by id, those of the context included
	own    []weighted // without them
	weight int64      // of all its words, those that the index does not know included
	words  int
	dense  *dense // between lay and collect
}

// weighted is a term with its weight in millionths. Weights and scores are whole numbers, so that their sum does not depend
// on the order in which documents came to the index.
type weighted struct {
	id     int32
	weight int64
}

const millionth = 1e6

// hit is a place of the index with its score.
type hit struct {
	at    int
	score int64
}

// some is how many words of a context take part in a search: the rarest.
const some = 12

// query looks words up, each given once, and those of a context, which count for less: they decide between documents where
// the words alone cannot.
func (x *Index) query(words, context []string) query {
	q := query{terms: make([]weighted, 0, len(words)+some), words: len(words)}
	for _, word := range words {
		id, known := x.terms[word]
		weight := int64(x.rarity(id, known))
		q.weight += weight
		if known {
			q.terms = append(q.terms, weighted{id, weight})
		}
	}
	own := len(q.terms)
	q.terms = append(q.terms, x.context(q.terms, context)...)
	q.own = slices.Clone(q.terms[:own])
	byID := func(a, b weighted) int { return cmp.Compare(a.id, b.id) }
	slices.SortFunc(q.terms, byID)
	slices.SortFunc(q.own, byID)
	return q
}

// context gives the rarest words of a context that are not among the terms already.
func (x *Index) context(own []weighted, words []string) []weighted {
	terms := make([]weighted, 0, len(words))
	for _, word := range words {
		id, known := x.terms[word]
		if known && x.spread[id] > 0 && !slices.ContainsFunc(own, func(w weighted) bool { return w.id == id }) {
			terms = append(terms, weighted{id, int64(0.3 * x.rarity(id, known))})
		}
	}
	slices.SortStableFunc(terms, func(a, b weighted) int { return cmp.Compare(b.weight, a.weight) })
	return terms[:min(some, len(terms))]
}

// rarity is the inverse frequency of a term among the sentences, in millionths.
func (x *Index) rarity(id int32, known bool) float64 {
	spread := 0.0
	if known {
		spread = float64(x.spread[id])
	}
	return millionth * math.Log(1+(float64(x.passages)-spread+0.5)/(spread+0.5))
}

// route gives the n best documents for a query.
func (x *Index) route(q query, n int) []hit {
	if x.live == 0 {
		return nil
	}
	if x.live == 1 {
		for i, d := range x.docs {
			if d != nil {
				return []hit{{at: i, score: 1}}
			}
		}
	}
	average := float64(x.words) / float64(x.live)
	scores := make([]int64, len(x.docs))
	for _, t := range q.terms {
		for _, p := range x.postings[t.id] {
			count, length := float64(p.count), float64(x.docs[p.doc].words)/average
			scores[p.doc] += int64(float64(t.weight) * count * (saturation + 1) / (count + saturation*(1-byLength+byLength*length)))
		}
	}
	return top(scores, n, func(a, b int) bool { return x.docs[a].path < x.docs[b].path })
}

// candidates is how many documents are compared by their sentences.
const candidates = 5

// best is the document, among some, whose score with that of its nearest sentence is the highest: a long document that has
// the very sentence loses to short ones about the same by the words alone.
func (x *Index) best(q query, docs []hit) int {
	best, most := docs[0].at, int64(-1)
	for _, h := range docs {
		if len(docs) == 1 {
			break
		}
		score := h.score
		if hits := x.nearest(q, x.docs[h.at], 1); len(hits) > 0 {
			score += 2 * hits[0].score
		}
		if score > most {
			best, most = h.at, score
		}
	}
	return best
}

// nearest gives the n sentences of a document that are nearest to a query.
func (x *Index) nearest(q query, d *document, n int) []hit {
	average := float64(x.words) / float64(max(1, x.passages))
	scores := make([]int64, len(d.sentences))
	for i, s := range d.sentences {
		weight := int64(0)
		for _, id := range s.terms {
			weight += int64(q.dense.weights[id])
		}
		norm := 1 + saturation*(1-sentenceLength+sentenceLength*float64(len(s.terms))/average)
		scores[i] = int64(float64(weight) * (saturation + 1) / norm)
	}
	return top(scores, n, func(a, b int) bool { return a < b })
}

// dense holds the weight of every term of the index for one query: most sentences are looked at only to find that they
// have nothing in common with it.
type dense struct{ weights []int32 }

// lay lays a query's weights out; collect takes them back, so that the next query finds zeros.
func (x *Index) lay(q *query) {
	q.dense, _ = x.spare.Get().(*dense)
	if q.dense == nil || len(q.dense.weights) < len(x.postings) {
		q.dense = &dense{make([]int32, len(x.postings)+len(x.postings)/4)}
	}
	for _, t := range q.terms {
		q.dense.weights[t.id] = int32(t.weight)
	}
}

func (x *Index) collect(q query) {
	for _, t := range q.terms {
		q.dense.weights[t.id] = 0
	}
	x.spare.Put(q.dense)
}

// top gives the n best of some scores above zero, best first; less decides between equal ones.
func top(scores []int64, n int, less func(a, b int) bool) []hit {
	best := make([]hit, 0, n+1)
	for i, score := range scores {
		if score <= 0 {
			continue
		}
		at := len(best)
		for at > 0 && (best[at-1].score < score || best[at-1].score == score && less(i, best[at-1].at)) {
			at--
		}
		if at == n {
			continue
		}
		best = slices.Insert(best, at, hit{i, score})
		best = best[:min(n, len(best))]
	}
	return best
}

// Search gives the passages nearest to a text, best first, at most n. Without a document it looks in the best one first and
// fills up from those that come next.
func (x *Index) Search(ctx context.Context, text, document string, n int) ([]qa.Passage, error) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	q := x.query(stems(scan(text)), nil)
	x.lay(&q)
	defer x.collect(q)
	docs := x.route(q, max(candidates, n))
	if len(docs) > 0 && document == "" {
		b := x.best(q, docs)
		i := slices.IndexFunc(docs, func(h hit) bool { return h.at == b })
		docs[0], docs[i] = docs[i], docs[0]
	}
	if document != "" {
		id, found := x.byPath[document]
		if !found {
			return nil, nil
		}
		docs = []hit{{at: int(id)}}
	}
	var found []qa.Passage
	for _, h := range docs {
		if len(found) >= n {
			break
		}
		d := x.docs[h.at]
		for _, s := range x.nearest(q, d, n-len(found)) {
			found = append(found, d.passage(s))
		}
	}
	return found, ctx.Err()
}

// passage is a sentence with its neighbours.
func (d *document) passage(h hit) qa.Passage {
	s := d.sentences[h.at]
	from, to := h.at, h.at+1
	if from > 0 && d.sentences[from-1].section == s.section {
		from--
	}
	if to < len(d.sentences) && d.sentences[to].section == s.section {
		to++
	}
	texts := make([]string, 0, 3)
	for _, s := range d.sentences[from:to] {
		texts = append(texts, s.text)
	}
	return qa.Passage{Document: d.path, Anchor: d.anchors[s.section], Text: strings.Join(texts, " "), Date: d.date, Score: float64(h.score) / millionth}
}
