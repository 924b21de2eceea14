package contract_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	peer "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"stet"
	"stet/contract"
)

const secretText = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

var (
	noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	body = []byte(`{"schema":"stet.event/1"}`)
)

func secret(t testing.TB, text string) contract.Secret {
	t.Helper()
	s, err := contract.ParseSecret(text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func signed(t testing.TB, secretText string, at time.Time) http.Header {
	t.Helper()
	header := http.Header{}
	contract.SetHeaders(header, secret(t, secretText), contract.Delivery{ID: "msg_1", Timestamp: at}, body)
	return header
}

func TestThePeerLibraryReadsOurSignature(t *testing.T) {
	webhook, err := peer.NewWebhook(secretText)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	if err := webhook.Verify(body, signed(t, secretText, now)); err != nil {
		t.Error(err)
	}
	signature, err := webhook.Sign("msg_1", now, body)
	if err != nil {
		t.Fatal(err)
	}
	header := http.Header{}
	header.Set("webhook-id", "msg_1")
	header.Set("webhook-timestamp", fmt.Sprint(now.Unix()))
	header.Set("webhook-signature", signature)
	if _, err := contract.Verify(header, body, []contract.Secret{secret(t, secretText)}, now, 0); err != nil {
		t.Error(err)
	}
}

// TestSpecificationVector is the example of Standard Webhooks.
func TestSpecificationVector(t *testing.T) {
	got := contract.Sign(secret(t, secretText), "msg_p5jXN8AQM9LWM0D4loKWxJek", time.Unix(1614265330, 0), []byte(`{"test": 2432232314}`))
	if want := "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="; got != want {
		t.Errorf("got %s; want %s", got, want)
	}
}

func TestVerifyDecides(t *testing.T) {
	_, other := contract.NewSecret()
	good := signed(t, secretText, noon).Get("webhook-signature")
	id, stamp, sig := "webhook-id", "webhook-timestamp", "webhook-signature"
	unsigned := strings.TrimPrefix(good, "v1,")
	for name, c := range map[string]struct {
		header, value string // set after signing; "" removes
		kind          stet.Kind
		code          string
	}{
		"as signed":            {sig, good, "", ""},
		"first is wrong":       {sig, "v1,AAAA " + good, "", ""},
		"other scheme first":   {sig, "v1a,AAAA " + good, "", ""},
		"at most":              {sig, strings.Repeat("v1,x ", contract.MaxSignatures-1) + good, "", ""},
		"no signature":         {sig, "", stet.Unauthenticated, "missing_signature"},
		"no id":                {id, "", stet.Unauthenticated, "missing_signature"},
		"no timestamp":         {stamp, "", stet.Unauthenticated, "missing_signature"},
		"v0":                   {sig, "v0," + unsigned, stet.Unauthenticated, "bad_signature"},
		"none":                 {sig, "none", stet.Unauthenticated, "bad_signature"},
		"empty v1":             {sig, "v1,", stet.Unauthenticated, "bad_signature"},
		"no scheme":            {sig, unsigned, stet.Unauthenticated, "bad_signature"},
		"cut":                  {sig, good[:len(good)-1], stet.Unauthenticated, "bad_signature"},
		"list by comma":        {sig, "v1,x," + unsigned, stet.Unauthenticated, "bad_signature"},
		"other id":             {id, "msg_2", stet.Unauthenticated, "bad_signature"},
		"other timestamp":      {stamp, fmt.Sprint(noon.Unix() + 1), stet.Unauthenticated, "bad_signature"},
		"10,000 signatures":    {sig, strings.Repeat(good+" ", 10_000), stet.Invalid, "too_many_signatures"},
		"dot in id":            {id, "msg_1.2", stet.Invalid, "bad_webhook_id"},
		"space in id":          {id, "msg 1", stet.Invalid, "bad_webhook_id"},
		"line break in id":     {id, "msg_1\n", stet.Invalid, "bad_webhook_id"},
		"not ASCII":            {id, "msg_é", stet.Invalid, "bad_webhook_id"},
		"long id":              {id, strings.Repeat("a", 257), stet.Invalid, "bad_webhook_id"},
		"exponent":             {stamp, "1e9", stet.Invalid, "bad_timestamp"},
		"plus":                 {stamp, "+1", stet.Invalid, "bad_timestamp"},
		"space":                {stamp, " 1", stet.Invalid, "bad_timestamp"},
		"20 digits":            {stamp, "12345678901234567890", stet.Invalid, "bad_timestamp"},
		"negative":             {stamp, "-1", stet.Invalid, "bad_timestamp"},
		"float":                {stamp, "1.5", stet.Invalid, "bad_timestamp"},
		"leading zero":         {stamp, "0" + fmt.Sprint(noon.Unix()), stet.Invalid, "bad_timestamp"},
		"line break, then":     {stamp, fmt.Sprint(noon.Unix()) + "\n", stet.Invalid, "bad_timestamp"},
		"other writing system": {stamp, "١٧٦", stet.Invalid, "bad_timestamp"},
	} {
		t.Run(name, func(t *testing.T) {
			header := signed(t, secretText, noon)
			if header.Set(c.header, c.value); c.value == "" {
				header.Del(c.header)
			}
			d, err := contract.Verify(header, body, []contract.Secret{secret(t, other), secret(t, secretText)}, noon, 0)
			if c.code == "" {
				if err != nil || d.ID != "msg_1" || !d.Timestamp.Equal(noon) {
					t.Errorf("got %+v, %v", d, err)
				}
				return
			}
			wantFault(t, err, c.kind, c.code, "")
		})
	}
}

func TestVerifyBindsEveryByteOfTheBody(t *testing.T) {
	header := signed(t, secretText, noon)
	for i := range body {
		changed := bytes.Clone(body)
		changed[i] ^= 1
		_, err := contract.Verify(header, changed, []contract.Secret{secret(t, secretText)}, noon, 0)
		wantFault(t, err, stet.Unauthenticated, "bad_signature", "")
	}
}

func TestVerifyToleratesFiveMinutes(t *testing.T) {
	for offset, good := range map[time.Duration]bool{
		0: true, 299 * time.Second: true, -299 * time.Second: true, 300 * time.Second: true, 301 * time.Second: false, -301 * time.Second: false,
		1000 * time.Hour: false,
	} {
		_, err := contract.Verify(signed(t, secretText, noon.Add(offset)), body, []contract.Secret{secret(t, secretText)}, noon, 0)
		if good && err != nil {
			t.Errorf("%s: %v", offset, err)
		}
		if !good {
			wantFault(t, err, stet.Unauthenticated, "old_timestamp", "")
		}
	}
}

func TestVerifyKnowsRotation(t *testing.T) {
	_, newText := contract.NewSecret()
	secrets := []contract.Secret{secret(t, newText), secret(t, secretText).Until(noon)}
	before, after := noon.Add(-time.Second), noon
	if _, err := contract.Verify(signed(t, secretText, before), body, secrets, before, 0); err != nil {
		t.Errorf("the old secret within its time: %v", err)
	}
	_, err := contract.Verify(signed(t, secretText, after), body, secrets, after, 0)
	wantFault(t, err, stet.Unauthenticated, "bad_signature", "")
	if _, err := contract.Verify(signed(t, newText, after), body, secrets, after, 0); err != nil {
		t.Errorf("the new secret: %v", err)
	}
}

func TestVerifyWithoutSecretsRefuses(t *testing.T) {
	empty := http.Header{}
	contract.SetHeaders(empty, contract.Secret{}, contract.Delivery{ID: "msg_1", Timestamp: noon}, body)
	for _, secrets := range [][]contract.Secret{nil, {}, {contract.Secret{}}} {
		_, err := contract.Verify(empty, body, secrets, noon, 0)
		wantFault(t, err, stet.Unauthenticated, "bad_signature", "")
	}
}

func TestVerifyRefusesARepeatedHeader(t *testing.T) {
	for _, name := range []string{"webhook-id", "webhook-timestamp", "webhook-signature"} {
		header := signed(t, secretText, noon)
		header.Add(name, header.Get(name))
		_, err := contract.Verify(header, body, []contract.Secret{secret(t, secretText)}, noon, 0)
		wantFault(t, err, stet.Invalid, "repeated_header", "")
	}
}

func TestParseSecretRefusesWeakOnes(t *testing.T) {
	encoded := func(n int) string { return "whsec_" + base64.StdEncoding.EncodeToString(bytes.Repeat([]byte("k"), n)) }
	for name, text := range map[string]string{
		"empty": "", "prefix alone": "whsec_", "23 bytes": encoded(23), "65 bytes": encoded(65), "no prefix": encoded(32)[6:],
		"no base64": "whsec_canary!canary!canary!canary!", "line break": encoded(32)[:20] + "\n" + encoded(32)[20:],
		"spare bits": strings.Replace(encoded(32), "a2s=", "a2t=", 1), "space": encoded(32) + " ",
	} {
		t.Run(name, func(t *testing.T) {
			_, err := contract.ParseSecret(text)
			wantFault(t, err, stet.Configuration, "bad_secret", "")
			if key := strings.TrimPrefix(text, "whsec_"); len(key) > 8 && strings.Contains(err.Error(), key[:8]) {
				t.Errorf("the error shows the secret: %v", err)
			}
		})
	}
	for _, n := range []int{24, 64} {
		secret(t, encoded(n))
	}
}

func TestSecretsDoNotShow(t *testing.T) {
	s, text := contract.NewSecret()
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(text, "whsec_"))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "secret", s, "list", []contract.Secret{s})
	asJSON, err := json.Marshal(map[string]any{"s": s})
	if err != nil {
		t.Fatal(err)
	}
	_, refused := contract.Verify(signed(t, secretText, noon), body, []contract.Secret{s}, noon, 0)
	out.WriteString(fmt.Sprintf("%v %+v %#v %s %q %x %d %v %#v %s %v", s, s, s, s, s, s, s, &s, struct{ s contract.Secret }{s}, asJSON, refused))
	for _, shown := range []string{text[6:], string(key), fmt.Sprintf("%x", key), fmt.Sprintf("%d", key)[1:40]} {
		if strings.Contains(out.String(), shown) {
			t.Errorf("the secret shows in %s", out.String())
		}
	}
	if e, ok := errors.AsType[*stet.Error](refused); !ok || len(e.Details) > 0 {
		t.Errorf("got %v", refused)
	}
}
