package contract_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/unicode/norm"

	"stet"
	"stet/contract"
)

// FuzzDecode: what is accepted is encoded and decoded to the same, survives both adapters, and every refusal is one of
// the two kinds with a code.
func FuzzDecode(f *testing.F) {
	for _, body := range goldens(f) {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		e, err := contract.Decode(body, contract.Limits{})
		if err != nil {
			refusal, ok := err.(*stet.Error)
			if !ok || refusal.Kind != stet.Invalid && refusal.Kind != stet.TooLarge || refusal.Code == "" || refusal.Message == "" {
				t.Fatalf("refused with %#v", err)
			}
			return
		}
		if stored, err := contract.DecodeStored(body); err != nil || !cmp.Equal(stored, e) {
			t.Fatalf("read from the log as %#v, %v; accepted as %#v", stored, err, e)
		}
		again, err := contract.Encode(e)
		if err != nil {
			t.Fatalf("encode what was accepted: %v", err)
		}
		if diff := cmp.Diff(e, mustDecode(t, again)); diff != "" {
			t.Fatalf("-first +second\n%s", diff)
		}
		for _, adapted := range []contract.Envelope{e.ToV1(), e.ToV2()} {
			if _, err := contract.Encode(adapted); err != nil {
				t.Fatalf("encode %s of it: %v", adapted.Schema, err)
			}
		}
	})
}

// FuzzVerifyHeader: nothing verifies but what was signed.
func FuzzVerifyHeader(f *testing.F) {
	good := signed(f, secretText, noon)
	f.Add(good.Get("webhook-id"), good.Get("webhook-timestamp"), good.Get("webhook-signature"), body)
	f.Add("msg.1", "1e9", "v1,", []byte{})
	f.Add("msg_1", "-1", "v0,x v1,y", []byte("x"))
	f.Fuzz(func(t *testing.T, id, stamp, signature string, payload []byte) {
		header := http.Header{"Webhook-Id": {id}, "Webhook-Timestamp": {stamp}, "Webhook-Signature": {signature}}
		d, err := contract.Verify(header, payload, []contract.Secret{secret(t, secretText)}, noon, time.Minute)
		if err == nil && (!bytes.Equal(payload, body) || d.ID != "msg_1" || !d.Timestamp.Equal(noon)) {
			t.Fatalf("verified %q %q %q %q", id, stamp, signature, payload)
		}
		if e, ok := err.(*stet.Error); err != nil && (!ok || e.Kind != stet.Unauthenticated && e.Kind != stet.Invalid) {
			t.Fatalf("refused with %#v", err)
		}
	})
}

// FuzzContentHash: the hash does not depend on the normal form of the input, and the canonical form is a fixed point.
func FuzzContentHash(f *testing.F) {
	for _, body := range goldens(f) {
		if e := mustDecode(f, body); e.Data.Content != nil {
			raw, err := json.Marshal(e.ToV1().Data.Content.Document)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(raw)
		}
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		var doc, decomposed, again stet.Document
		if json.Unmarshal(raw, &doc) != nil || json.Unmarshal(norm.NFD.Bytes(raw), &decomposed) != nil {
			return
		}
		canonical, err := contract.Canonical(doc)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(canonical, &again); err != nil {
			t.Fatal(err)
		}
		if contract.ContentHash(again) != contract.ContentHash(doc) {
			t.Fatalf("the canonical form has another hash: %s", canonical)
		}
	})
}

// FuzzBlocks: no Markdown text stops the reader or the writer.
func FuzzBlocks(f *testing.F) {
	files, err := filepath.Glob("testdata/articles/*.md")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(raw))
	}
	f.Fuzz(func(t *testing.T, text string) { contract.Blocks(contract.Markdown(contract.Blocks(text))) })
}
