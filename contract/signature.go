package contract

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"stet"
)

// The headers of Standard Webhooks (specification 1.0.0).
const (
	HeaderID        = "webhook-id"
	HeaderTimestamp = "webhook-timestamp"
	HeaderSignature = "webhook-signature"
)

// HeaderResubmission carries the token with which a version that the gate refused may be sent once more with other text.
// It is not signed: without the signature of the source it opens nothing, and without it the delivery is a
// version_conflict.
const HeaderResubmission = "stet-resubmission"

// DefaultTolerance is how far webhook-timestamp may be from now, in both directions.
const DefaultTolerance = 5 * time.Minute

// MaxSignatures is how many signatures one header may hold: enough for a rotation, few enough to cost nothing.
const MaxSignatures = 16

var (
	// A dot in the id would move the border between id and timestamp in the signed string.
	webhookID = regexp.MustCompile(`^[!-\-/-~]{1,256}$`)
	timestamp = regexp.MustCompile(`^[1-9][0-9]{0,11}$`)
)

// Delivery is what the verified headers say.
type Delivery struct {
	ID        string // webhook-id: equal for the repetitions of one delivery
	Timestamp time.Time
}

// Sign is the value of webhook-signature: "v1," and the base64 HMAC-SHA256 of id.timestamp.body, the timestamp in
// seconds.
func Sign(secret Secret, id string, at time.Time, body []byte) string {
	mac := hmac.New(sha256.New, secret.bytes())
	mac.Write([]byte(id + "." + strconv.FormatInt(at.Unix(), 10) + "."))
	mac.Write(body)
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// SetHeaders signs body and puts the three headers into header.
func SetHeaders(header http.Header, secret Secret, d Delivery, body []byte) {
	header.Set(HeaderID, d.ID)
	header.Set(HeaderTimestamp, strconv.FormatInt(d.Timestamp.Unix(), 10))
	header.Set(HeaderSignature, Sign(secret, d.ID, d.Timestamp, body))
}

// Verify checks the signature of the raw body: one of the header's v1 signatures must be made with one of the secrets
// that are valid at now. A tolerance of 0 is DefaultTolerance. Missing, wrong and old are Unauthenticated; malformed
// headers are Invalid.
func Verify(header http.Header, body []byte, secrets []Secret, now time.Time, tolerance time.Duration) (Delivery, error) {
	d, signatures, err := readHeaders(header)
	if err != nil {
		return Delivery{}, err
	}
	if tolerance <= 0 {
		tolerance = DefaultTolerance
	}
	if off := now.Sub(d.Timestamp); off.Abs() > tolerance {
		return Delivery{}, stet.Errorf(stet.Unauthenticated, "old_timestamp",
			"webhook-timestamp is %s away from this clock and %s are allowed; sign each try anew and check the sender's clock",
			off.Abs().Round(time.Second), tolerance)
	}
	if !matches(signatures, d, body, valid(secrets, now)) {
		return Delivery{}, stet.Errorf(stet.Unauthenticated, "bad_signature",
			"no signature in webhook-signature fits this body; sign the exact bytes sent, as v1 over id.timestamp.body, with a current secret of this source")
	}
	return d, nil
}

// matches compares every signature with every secret, so that the time tells nothing of which was near.
func matches(signatures []string, d Delivery, body []byte, secrets []Secret) bool {
	found := false
	for _, secret := range secrets {
		want := []byte(Sign(secret, d.ID, d.Timestamp, body))
		for _, signature := range signatures {
			found = hmac.Equal([]byte(signature), want) || found
		}
	}
	return found
}

func readHeaders(header http.Header) (Delivery, []string, error) {
	var d Delivery
	values := map[string]string{}
	for _, name := range []string{HeaderID, HeaderTimestamp, HeaderSignature} {
		list := header.Values(name)
		if len(list) > 1 {
			return d, nil, fault("repeated_header", "", "the header %s is there %d times; send it once", name, len(list))
		}
		if len(list) == 0 || list[0] == "" {
			return d, nil, stet.Errorf(stet.Unauthenticated, "missing_signature",
				"the header %s is missing; sign the request after Standard Webhooks", name)
		}
		values[name] = list[0]
	}
	if !webhookID.MatchString(values[HeaderID]) {
		return d, nil, fault("bad_webhook_id", "", "webhook-id must be 1 to 256 printable ASCII characters without space and dot")
	}
	if !timestamp.MatchString(values[HeaderTimestamp]) {
		return d, nil, fault("bad_timestamp", "", "webhook-timestamp must be the seconds since 1970 in plain digits")
	}
	if n := strings.Count(values[HeaderSignature], " ") + 1; n > MaxSignatures {
		return d, nil, fault("too_many_signatures", "", "webhook-signature holds %d signatures and the limit is %d", n, MaxSignatures)
	}
	seconds, err := strconv.ParseInt(values[HeaderTimestamp], 10, 64)
	if err != nil {
		return d, nil, fault("bad_timestamp", "", "webhook-timestamp: %w", err)
	}
	return Delivery{values[HeaderID], time.Unix(seconds, 0).UTC()}, strings.Split(values[HeaderSignature], " "), nil
}
