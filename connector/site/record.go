package site

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"time"

	"stet"
	"stet/connector"
)

const recordSchema = "stet.site/1"

// record is what the folder knows of one content: everything its page and the derived files are made of. A record
// that is Gone is a tombstone; it remembers the sequence, so that an older write is still refused.
type record struct {
	Schema      string        `json:"schema"`
	Key         stet.Key      `json:"key"`
	Marker      string        `json:"marker"`
	Epoch       int64         `json:"epoch"`
	Seq         int64         `json:"apply_seq"`
	Version     int64         `json:"version"`
	Fingerprint string        `json:"fingerprint,omitempty"`
	Gone        bool          `json:"gone,omitempty"`
	Page        file          `json:"page,omitzero"`
	Replaces    file          `json:"replaces,omitzero"` // the page as it stood when this record was written
	Look        string        `json:"look,omitempty"`
	Aliases     []string      `json:"aliases,omitempty"` // former slugs, oldest first
	Date        time.Time     `json:"date,omitzero"`
	Updated     time.Time     `json:"updated,omitzero"`
	Excerpt     string        `json:"excerpt,omitempty"`
	Doc         stet.Document `json:"document,omitzero"` // with format html, the body is the rendered one
}

// file names a state of a file: where it is and the hash of its bytes, empty for a file that is not there.
type file struct {
	Path   string `json:"path"`
	SHA256 string `json:"sha256,omitempty"`
}

func (r *record) encode() ([]byte, error) {
	data, err := json.MarshalIndent(r, "", " ")
	if err != nil {
		return nil, fmt.Errorf("encode record: %w", err)
	}
	return append(data, '\n'), nil
}

func decodeRecord(data []byte) (*record, error) {
	r := new(record)
	if err := json.Unmarshal(data, r); err != nil {
		return nil, fmt.Errorf("decode record: %w", err)
	}
	if r.Schema != recordSchema {
		return nil, fmt.Errorf("decode record: the schema is %q, not %q", r.Schema, recordSchema)
	}
	return r, nil
}

// entry is the record as the derived files need it, without the text.
func (r *record) entry() *record {
	light := *r
	light.Doc.Body.Text = ""
	return &light
}

var (
	base32Lower = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)
	unsafeInID  = regexp.MustCompile(`[^a-z0-9]+`)
	validID     = regexp.MustCompile(`^[a-z0-9-]{27,70}$`)
)

// itemID is the remote id of a content: readable words for a person, and 130 bits of its hash, which make it unique on
// file systems that fold case as well.
func itemID(key stet.Key) string {
	words := strings.Trim(unsafeInID.ReplaceAllString(strings.ToLower(key.ContentID), "-"), "-")
	if len(words) > 40 {
		words = strings.TrimRight(words[:40], "-")
	}
	hash := sha256.Sum256([]byte(key.ContentID))
	return words + "-" + base32Lower.EncodeToString(hash[:])[:26]
}

// Fingerprint is the hash of the document without its slug, fields in the order of stet.Document. Empty lists and
// missing ones are equal.
func (t *target) Fingerprint(w connector.Write) (string, error) {
	doc := w.Doc
	doc.Slug = ""
	data, err := json.Marshal(doc)
	if err != nil {
		return "", notApplied(stet.Invalid, "document_invalid", "The document cannot be written as JSON: %w", err)
	}
	return digest(data), nil
}

func digest(data []byte) string {
	hash := sha256.Sum256(data)
	return hex.EncodeToString(hash[:])
}

// newRecord makes the record of a write: checked and rendered, but not yet placed.
func (t *target) newRecord(w connector.Write) (*record, error) {
	print, err := t.Fingerprint(w)
	if err != nil {
		return nil, err
	}
	if err := checkSlug(w.Doc.Slug); err != nil {
		return nil, err
	}
	if size := len(w.Doc.Body.Text); size > maxBody {
		return nil, notApplied(stet.TooLarge, "body_too_large", "The text has %d bytes; the connector site takes %d. Split the article.", size, maxBody)
	}
	r := &record{
		Schema: recordSchema, Key: w.Key, Marker: w.Marker, Epoch: w.Epoch, Seq: w.ApplySeq, Version: w.Version,
		Fingerprint: print, Look: t.look, Doc: w.Doc,
	}
	if r.Date, err = documentDate(w.Doc, "date"); err != nil {
		return nil, err
	}
	if r.Updated, err = documentDate(w.Doc, "updated"); err != nil {
		return nil, err
	}
	if t.opt.format == formatMarkdown {
		return r, t.checkMarkdown(r)
	}
	r.Doc.Fields = nil
	r.Doc.Body, r.Excerpt, err = renderBody(w.Doc)
	return r, err
}

// documentDate is the document's own date: fields.date, else publish_at; fields.updated has no substitute.
func documentDate(doc stet.Document, field string) (time.Time, error) {
	text, pointer := doc.PublishAt, "/publish_at"
	if field != "date" {
		text = ""
	}
	if value, ok := doc.Fields[field]; ok && value != nil {
		text, pointer = fmt.Sprint(value), "/fields/"+field
	}
	if text == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05", time.DateOnly} {
		if at, err := time.Parse(layout, text); err == nil && at.Year() >= 1 && at.Year() <= 9999 {
			return at.UTC(), nil
		}
	}
	e := notApplied(stet.Invalid, "date_invalid", "The date %q is neither 2026-01-31 nor an RFC 3339 time. Correct it.", text)
	e.Pointer = pointer
	return time.Time{}, e
}
