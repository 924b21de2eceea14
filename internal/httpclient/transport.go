package httpclient

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"net/url"
	"os"
	"time"

	"stet"
)

// transport is the network with our rules. Its zero Proxy field means none: http.ProxyFromEnvironment is not used.
func transport(conf Config) (*http.Transport, error) {
	roots, err := rootCAs(conf.CAFile)
	if err != nil {
		return nil, err
	}
	t := &http.Transport{
		DialContext:            dialer(conf).DialContext,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots},
		TLSHandshakeTimeout:    10 * time.Second,
		DisableCompression:     true, // see Client.header
		MaxResponseHeaderBytes: conf.MaxHeader,
		MaxIdleConnsPerHost:    4,
		IdleConnTimeout:        30 * time.Second,
		Protocols:              new(http.Protocols),
	}
	t.Protocols.SetHTTP1(true)
	if conf.Proxy != "" {
		proxy, err := url.Parse(conf.Proxy)
		if err != nil || proxy.Host == "" {
			return nil, stet.Errorf(stet.Configuration, "proxy", "the proxy is not a URL such as http://proxy.example.com:3128")
		}
		t.Proxy = http.ProxyURL(proxy)
	}
	return t, nil
}

// rootCAs are the system's certificates and those of the file; nil means the system's.
func rootCAs(file string) (*x509.CertPool, error) {
	if file == "" {
		return nil, nil
	}
	pem, err := os.ReadFile(file)
	if err != nil {
		return nil, stet.Errorf(stet.Configuration, "ca_file", "the CA file cannot be read: %w", err)
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool() // a system without any: the file is all there is
	}
	if !pool.AppendCertsFromPEM(pem) {
		return nil, stet.Errorf(stet.Configuration, "ca_file", "the CA file %s holds no PEM certificate", file)
	}
	return pool, nil
}
