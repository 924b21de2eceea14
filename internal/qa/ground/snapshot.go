package ground

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math"
	"time"
)

// magic begins a snapshot; its last byte is the version of the format and of how texts are cut. A change in scan, stem or
// readDocument needs another version, or an old snapshot would answer differently from a fresh index.
const magic = "stet-kb\x01"

// MarshalBinary writes the index as a snapshot that UnmarshalBinary reads faster than the documents themselves.
func (x *Index) MarshalBinary() ([]byte, error) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	words := make([]string, len(x.postings))
	for word, id := range x.terms {
		words[id] = word
	}
	w := &writer{}
	w.data = append(w.data, magic...)
	w.number(len(words))
	for _, word := range words {
		w.text(word)
	}
	w.number(x.live)
	for _, d := range x.docs {
		if d != nil {
			w.document(d)
		}
	}
	return binary.LittleEndian.AppendUint32(w.data, crc32.ChecksumIEEE(w.data)), nil
}

type writer struct{ data []byte }

func (w *writer) number(n int) { w.data = binary.AppendUvarint(w.data, uint64(n)) }

func (w *writer) text(s string) {
	w.number(len(s))
	w.data = append(w.data, s...)
}

func (w *writer) document(d *document) {
	w.text(d.path)
	w.text(d.hash)
	w.text(d.title)
	date := ""
	if !d.date.IsZero() {
		date = d.date.Format(time.DateOnly)
	}
	w.text(date)
	w.number(len(d.anchors))
	for _, a := range d.anchors {
		w.text(a)
	}
	w.number(len(d.sentences))
	for _, s := range d.sentences {
		w.text(s.text)
		w.number(int(s.section))
		w.number(len(s.terms))
		last := int32(0)
		for _, t := range s.terms {
			w.number(int(t - last))
			last = t
		}
	}
}

var errDamaged = errors.New("read the snapshot of the knowledge base: it is damaged or of another version; delete it, and it is made anew")

// UnmarshalBinary reads a snapshot in place of what the index holds. It refuses one that is damaged or of another version.
func (x *Index) UnmarshalBinary(data []byte) error {
	if len(data) < len(magic)+4 || !bytes.HasPrefix(data, []byte(magic)) {
		return errDamaged
	}
	body, sum := data[:len(data)-4], binary.LittleEndian.Uint32(data[len(data)-4:])
	if crc32.ChecksumIEEE(body) != sum {
		return errDamaged
	}
	r := &snapshotReader{data: string(body[len(magic):])}
	fresh := &Index{byPath: map[string]int32{}, terms: map[string]int32{}}
	for i := range r.count() {
		word := r.text()
		fresh.terms[word] = int32(i)
	}
	fresh.postings, fresh.spread = make([][]posting, len(fresh.terms)), make([]int32, len(fresh.terms))
	for range r.count() {
		d := r.document(len(fresh.terms))
		if r.bad {
			return errDamaged
		}
		fresh.insert(d)
	}
	if r.bad || r.data != "" {
		return errDamaged
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.byPath, x.docs, x.terms, x.postings, x.spread = fresh.byPath, fresh.docs, fresh.terms, fresh.postings, fresh.spread
	x.live, x.passages, x.words = fresh.live, fresh.passages, fresh.words
	return nil
}

// snapshotReader reads a snapshot; after the first mistake it is bad and reads zeros.
type snapshotReader struct {
	data string
	bad  bool
}

// count reads how many things follow; each takes a byte at least.
func (r *snapshotReader) count() int {
	n := r.number()
	if n > len(r.data) {
		r.bad = true
		return 0
	}
	return n
}

func (r *snapshotReader) number() int {
	n, shift := uint64(0), 0
	for i := 0; i < len(r.data) && shift < 35; i++ {
		b := r.data[i]
		n |= uint64(b&0x7f) << shift
		if b < 0x80 {
			r.data = r.data[i+1:]
			if n > math.MaxInt32 {
				break
			}
			return int(n)
		}
		shift += 7
	}
	r.bad, r.data = true, ""
	return 0
}

func (r *snapshotReader) text() string {
	n := r.count()
	s := r.data[:n]
	r.data = r.data[n:]
	return s
}

func (r *snapshotReader) document(terms int) *document {
	d := &document{path: r.text(), hash: r.text(), title: r.text()}
	if date := r.text(); date != "" {
		day, err := time.Parse(time.DateOnly, date)
		r.bad = r.bad || err != nil
		d.date = day
	}
	for range r.count() {
		d.anchors = append(d.anchors, r.text())
	}
	d.sentences = make([]passage, r.count())
	for i := range d.sentences {
		s := &d.sentences[i]
		s.text, s.section = r.text(), int32(r.number())
		s.terms = make([]int32, r.count())
		last := 0
		for k := range s.terms {
			last += r.number()
			s.terms[k] = int32(last)
		}
		r.bad = r.bad || last >= max(1, terms) || int(s.section) >= len(d.anchors) || len(s.terms) > 0 && terms == 0
	}
	return d
}

// String tells what the index holds.
func (x *Index) String() string {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return fmt.Sprintf("%d documents, %d sentences, %d terms", x.live, x.passages, len(x.terms))
}
