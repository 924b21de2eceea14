package revise

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"stet"
	"stet/contract"
	"stet/internal/httpclient"
	"stet/internal/qa"
)

// WebhookSchema names the form of what a webhook is sent.
const WebhookSchema = "stet.revise/1"

// Webhook is the content engine that wrote the article: it gets the whole document with the report, signed after Standard
// Webhooks, and answers 200 with {"content": document} or 204 where it has nothing better.
type Webhook struct {
	call   caller
	secret contract.Secret
	now    func() time.Time
}

// NewWebhook makes the Reviser of a content engine.
func NewWebhook(e Endpoint, net Net) (*Webhook, error) {
	secret, err := contract.ParseSecret(e.Secret)
	if err != nil {
		return nil, err
	}
	call, err := newCaller(e.config(net), net)
	w := &Webhook{call, secret, net.Now}
	if w.now == nil {
		w.now = time.Now
	}
	return w, err
}

type request struct {
	Schema    string        `json:"schema"`
	ContentID string        `json:"content_id"`
	Version   int64         `json:"version"`
	Round     int           `json:"round"`
	Report    qa.Report     `json:"report"`
	Content   stet.Document `json:"content"`
}

// Propose implements Reviser.
func (w *Webhook) Propose(ctx context.Context, ask Ask) (stet.Document, error) {
	body, err := json.Marshal(request{WebhookSchema, ask.ContentID, ask.Version, ask.Round, ask.Report, ask.Doc})
	if err != nil {
		return ask.Doc, fmt.Errorf("encode the request: %w", err)
	}
	sum := sha256.Sum256(body) // equal for the repetitions of one question
	resp, err := w.call.post(ctx, func() httpclient.Request {
		header := http.Header{"Content-Type": {contract.MediaJSON}}
		contract.SetHeaders(header, w.secret, contract.Delivery{ID: "revise_" + hex.EncodeToString(sum[:12]), Timestamp: w.now()}, body)
		return httpclient.Request{Method: http.MethodPost, Body: body, Header: header}
	})
	switch {
	case err != nil:
		return ask.Doc, err
	case resp.Status == http.StatusNoContent:
		return ask.Doc, errors.New("the content engine has nothing better")
	}
	var answer struct {
		Content *stet.Document `json:"content"`
	}
	if err := json.Unmarshal(resp.Body, &answer); err != nil || answer.Content == nil {
		return ask.Doc, errors.New(`the content engine's answer is not {"content": document}`)
	}
	return *answer.Content, nil
}

// retryAfter is how long the other end asks to wait.
func retryAfter(err error) time.Duration {
	if e, ok := errors.AsType[*stet.Error](err); ok {
		return e.RetryAfter
	}
	return 0
}
