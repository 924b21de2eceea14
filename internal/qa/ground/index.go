package ground

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"sync"
	"time"
)

// Index is a knowledge base in memory: its documents with an inverted index over them. The zero value is empty and ready.
// It is safe for use by many goroutines; documents may be added and removed while others search.
type Index struct {
	mu       sync.RWMutex
	byPath   map[string]int32
	docs     []*document // nil where one was removed
	terms    map[string]int32
	postings [][]posting // per term, the documents that hold it
	spread   []int32     // per term, the number of sentences that hold it
	live     int         // documents
	passages int         // sentences
	words    int         // terms of all documents
	spare    sync.Pool   // of *dense
}

// posting says how often a document holds a term.
type posting struct{ doc, count int32 }

// document is a text of the knowledge base, cut into sentences.
type document struct {
	path, hash, title string
	date              time.Time
	anchors           []string // of its sections
	sentences         []passage
	words             int32

	once sync.Once
	made *view
}

// passage is a sentence of a document.
type passage struct {
	text    string
	section int32
	terms   []int32 // without repetition, rising
}

// view is made when a document is first asked for; most never are.
func (d *document) view() *view {
	d.once.Do(func() {
		sentences := make([]string, len(d.sentences))
		for i := range d.sentences {
			sentences[i] = d.sentences[i].text
		}
		d.made = newView(sentences)
	})
	return d.made
}

// Add reads a document, in place of one of the same path. Its name ends in .html or .htm, or it is Markdown; title and date
// are those of its front matter. A document whose bytes are known already is left as it is.
func (x *Index) Add(path string, content []byte) error {
	hash := hashOf(content)
	x.mu.RLock()
	known := x.hash(path) == hash
	x.mu.RUnlock()
	if known {
		return nil
	}
	d, err := readDocument(path, content)
	if err != nil {
		return err
	}
	d.hash = hash
	x.mu.Lock()
	defer x.mu.Unlock()
	x.remove(path)
	x.insert(d)
	return nil
}

// Remove forgets a document; it does nothing where there is none.
func (x *Index) Remove(path string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.remove(path)
}

// Documents is the number of documents.
func (x *Index) Documents() int {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return x.live
}

// Paths are the documents' paths, sorted.
func (x *Index) Paths() []string {
	x.mu.RLock()
	defer x.mu.RUnlock()
	paths := make([]string, 0, len(x.byPath))
	for path := range x.byPath {
		paths = append(paths, path)
	}
	slices.Sort(paths)
	return paths
}

// Hash names the content of the knowledge base: the same documents give the same hash, whatever their order.
func (x *Index) Hash() string {
	sum := sha256.New()
	for _, path := range x.Paths() {
		x.mu.RLock()
		hash := x.hash(path)
		x.mu.RUnlock()
		sum.Write([]byte(path + "\x00" + hash + "\x00"))
	}
	return hex.EncodeToString(sum.Sum(nil))
}

func hashOf(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

func (x *Index) hash(path string) string {
	if i, found := x.byPath[path]; found {
		return x.docs[i].hash
	}
	return ""
}

// insert takes a document whose sentences have no terms yet, or those of this index.
func (x *Index) insert(d *document) {
	if x.byPath == nil {
		x.byPath, x.terms = map[string]int32{}, map[string]int32{}
	}
	for i := range d.sentences {
		if d.sentences[i].terms == nil {
			d.sentences[i].terms = x.termsOf(d.sentences[i].text)
		}
	}
	id := int32(len(x.docs))
	x.docs = append(x.docs, d)
	x.byPath[d.path] = id
	counts := map[int32]int32{}
	for _, s := range d.sentences {
		for _, t := range s.terms {
			counts[t]++
			x.spread[t]++
		}
		d.words += int32(len(s.terms))
	}
	for t, n := range counts {
		x.postings[t] = append(x.postings[t], posting{id, n})
	}
	x.live++
	x.passages += len(d.sentences)
	x.words += int(d.words)
}

func (x *Index) remove(path string) {
	id, found := x.byPath[path]
	if !found {
		return
	}
	d := x.docs[id]
	for _, s := range d.sentences {
		for _, t := range s.terms {
			x.spread[t]--
			x.postings[t] = slices.DeleteFunc(x.postings[t], func(p posting) bool { return p.doc == id })
		}
	}
	delete(x.byPath, path)
	x.docs[id] = nil
	x.live--
	x.passages -= len(d.sentences)
	x.words -= int(d.words)
}

// termsOf gives the terms of a sentence, new ones included.
func (x *Index) termsOf(sentence string) []int32 {
	terms := []int32{}
	for _, t := range scan(sentence) {
		if idle[t.fold] {
			continue
		}
		word := stem(t.fold)
		id, found := x.terms[word]
		if !found {
			id = int32(len(x.postings))
			x.terms[word] = id
			x.postings = append(x.postings, nil)
			x.spread = append(x.spread, 0)
		}
		terms = append(terms, id)
	}
	slices.Sort(terms)
	return slices.Compact(terms)
}
