package bench

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"time"

	"stet"
	"stet/contract"
	"stet/internal/article"
)

//go:embed article/Rustup-1.28.1.md
var articleText []byte

const (
	source = "bench"
	target = "cms"
	stamp  = "content-0000000000" // stands for the content id, in the envelope and in the slug
)

// mail makes deliveries: one real article under as many content ids as are asked for. It is cheap, so that the senders
// take little of the machine that they measure.
type mail struct {
	secret   contract.Secret
	text     string // of secret
	template []byte
}

func newMail() (mail, error) {
	a, err := article.Parse("Rustup-1.28.1.md", articleText)
	if err != nil {
		return mail{}, fmt.Errorf("read the bundled article: %w", err)
	}
	doc := a.Document
	doc.Slug = stamp
	head := contract.Envelope{EventID: "evt_" + stamp, Type: stet.PublishRequest, ContentID: stamp, Version: 1, Source: source,
		OccurredAt: time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)}
	body, err := contract.Encode(contract.Wrap(head, doc))
	if err != nil {
		return mail{}, fmt.Errorf("encode the bundled article: %w", err)
	}
	m := mail{template: body}
	m.secret, m.text = contract.NewSecret()
	return m, nil
}

// contentID numbers contents within a series, which has a letter for each measurement.
func contentID(series byte, n int64) string { return fmt.Sprintf("content-%c%09d", series, n) }

func (m mail) body(contentID string) []byte {
	return bytes.ReplaceAll(m.template, []byte(stamp), []byte(contentID))
}

// logged is the data of the event that a delivery becomes, for the bare rows.
func (m mail) logged(contentID string) []byte {
	raw, err := json.Marshal(stet.Incoming{Envelope: string(m.body(contentID)), Delivery: contentID, Schema: contract.Schema1, Targets: []string{target}})
	if err != nil {
		panic(err) // strings always marshal
	}
	return raw
}
