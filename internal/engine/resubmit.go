package engine

import (
	"crypto/hmac"
	"crypto/sha256"
	"fmt"

	"stet"
	"stet/internal/state"
)

// token is the resubmission token of a verdict: it can be made again from the installation's key and is stored nowhere.
// It is good for that verdict alone, so it is spent with the first use, and it opens nothing without the source's
// signature.
func (k markerKey) token(contentID string, version, verdictSeq int64) string {
	mac := hmac.New(sha256.New, k)
	fmt.Fprintf(mac, "resubmit\x00%s\x00%d\x00%d", contentID, version, verdictSeq)
	return "rs_" + lower.EncodeToString(mac.Sum(nil))[:26]
}

// ResubmissionToken is the token with which the source of a refused revision may send it once more with other text, and
// when that ends in milliseconds; empty where the revision has no such offer now.
func (e *Engine) ResubmissionToken(r *state.Revision) (token string, until int64) {
	if r.Gate != state.GateFailed || r.Withdrawn || r.ResubmitUntil <= stet.Millis(e.cfg.Now()) {
		return "", 0
	}
	return e.marker.token(r.ContentID, r.Version, r.VerdictSeq), r.ResubmitUntil
}

// resubmission decides about a version that is stored already with other content and comes with a token.
func (e *Engine) resubmission(u *unit, contentID string, version int64, token string) (any, error) {
	r := &state.Revision{ContentID: contentID, Version: version}
	if _, err := u.Get(r); err != nil {
		return nil, err
	}
	offered := e.marker.token(contentID, version, r.VerdictSeq)
	switch {
	case r.Gate != state.GateFailed || r.Withdrawn || r.ResubmitUntil == 0:
		return badResubmission("version %d of %q is not waiting for another text; send the change as version %d", version, contentID, version+1), nil
	case !hmac.Equal([]byte(token), []byte(offered)):
		return badResubmission("the resubmission token is not the one of the newest report on version %d of %q; `stet status %s` shows it", version, contentID, contentID), nil
	case r.ResubmitUntil <= stet.Millis(u.Now()):
		return badResubmission("the resubmission token of version %d of %q ended at %s; send the change as version %d", version, contentID,
			stet.Time(r.ResubmitUntil).Format("2006-01-02T15:04:05Z"), version+1), nil
	}
	return accepted{}, nil
}

func badResubmission(format string, args ...any) *stet.Error {
	return stet.Errorf(stet.Conflict, "bad_resubmission", format, args...)
}
