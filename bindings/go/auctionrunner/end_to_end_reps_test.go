package auctionrunner_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"time"

	"code.cloudfoundry.org/rostrum/auctionrunner/diego"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// The authority that everybody knows, and another one that nobody does. Made once, since keys take
// time.
var certificates, strangers *authority

var _ = BeforeSuite(func() {
	certificates, strangers = newAuthority(), newAuthority()
	certificates.sign("rep")
	certificates.sign("auctioneer")
	strangers.sign("auctioneer")
})

// authority signs certificates for reps and for the auctioneer, and keeps them in files, as operators
// do. They are good for an hour on 127.0.0.1.
type authority struct {
	folder string
	key    *rsa.PrivateKey
	self   *x509.Certificate
}

func newAuthority() *authority {
	folder, err := os.MkdirTemp("", "rostrum-end-to-end-")
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(os.RemoveAll, folder)
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	Expect(err).NotTo(HaveOccurred())
	a := &authority{folder: folder, key: key, self: certificateFor("authority")}
	a.self.IsCA = true
	a.self.BasicConstraintsValid = true
	a.self.KeyUsage |= x509.KeyUsageCertSign
	a.write("authority", a.self, key)
	return a
}

func certificateFor(name string) *x509.Certificate {
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	Expect(err).NotTo(HaveOccurred())
	return &x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{CommonName: name},
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().Add(time.Hour),
		KeyUsage:     x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
		IPAddresses:  []net.IP{net.IPv4(127, 0, 0, 1)},
	}
}

func (a *authority) sign(name string) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	Expect(err).NotTo(HaveOccurred())
	a.write(name, certificateFor(name), key)
}

func (a *authority) write(name string, certificate *x509.Certificate, key *rsa.PrivateKey) {
	signed, err := x509.CreateCertificate(rand.Reader, certificate, a.self, &key.PublicKey, a.key)
	Expect(err).NotTo(HaveOccurred())
	for path, block := range map[string]*pem.Block{
		a.certFile(name): {Type: "CERTIFICATE", Bytes: signed},
		a.keyFile(name):  {Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)},
	} {
		Expect(os.WriteFile(path, pem.EncodeToMemory(block), 0o600)).To(Succeed())
	}
}

func (a *authority) certFile(name string) string { return filepath.Join(a.folder, name+".crt") }
func (a *authority) keyFile(name string) string  { return filepath.Join(a.folder, name+".key") }

// serverTLS is what a rep wants: clients that the authority knows.
func (a *authority) serverTLS(name string) *tls.Config {
	identity, err := tls.LoadX509KeyPair(a.certFile(name), a.keyFile(name))
	Expect(err).NotTo(HaveOccurred())
	text, err := os.ReadFile(a.certFile("authority"))
	Expect(err).NotTo(HaveOccurred())
	known := x509.NewCertPool()
	Expect(known.AppendCertsFromPEM(text)).To(BeTrue())
	return &tls.Config{
		MinVersion:   tls.VersionTLS12,
		Certificates: []tls.Certificate{identity},
		ClientCAs:    known,
		ClientAuth:   tls.RequireAndVerifyClientCert,
	}
}

// httpRep is a rep that speaks Diego's wire and starts nothing. Its fields are set before it is asked.
type httpRep struct {
	server *httptest.Server

	cellID      string
	state       string // The body of GET /state, which is JSON.
	stateStatus int
	beforeState func()                      // Called before each answer.
	perform     func(diego.Work) diego.Work // What is handed back. Nil: nothing is.
	workStatus  int                         // Of POST /work; 0: what the rep makes of it.
	breakWork   bool                        // Close the connection instead of an answer.

	lock     sync.Mutex
	requests []httpRequest
}

// httpRequest is a request that a rep got.
type httpRequest struct {
	method, path, traceID, client string
	body                          string
}

func startRep(cellID, state string) *httpRep {
	r := &httpRep{cellID: cellID, state: state, stateStatus: http.StatusOK}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /state", r.serveState)
	mux.HandleFunc("POST /work", r.serveWork)
	r.server = httptest.NewUnstartedServer(mux)
	r.server.TLS = certificates.serverTLS("rep")
	r.server.Config.ErrorLog = log.New(GinkgoWriter, "", 0)
	r.server.StartTLS()
	DeferCleanup(r.server.Close)
	return r
}

func (r *httpRep) note(request *http.Request) (body []byte, err error) {
	body, err = io.ReadAll(request.Body)
	r.lock.Lock()
	defer r.lock.Unlock()
	r.requests = append(r.requests, httpRequest{
		method:  request.Method,
		path:    request.URL.Path,
		traceID: request.Header.Get("X-Vcap-Request-Id"),
		client:  request.TLS.PeerCertificates[0].Subject.CommonName,
		body:    string(body),
	})
	return body, err
}

// got returns the requests to a path.
func (r *httpRep) got(path string) []httpRequest {
	r.lock.Lock()
	defer r.lock.Unlock()
	found := []httpRequest{}
	for _, request := range r.requests {
		if request.path == path {
			found = append(found, request)
		}
	}
	return found
}

func (r *httpRep) serveState(writer http.ResponseWriter, request *http.Request) {
	if _, err := r.note(request); err != nil {
		return
	}
	if r.beforeState != nil {
		r.beforeState()
	}
	writer.WriteHeader(r.stateStatus)
	_, _ = io.WriteString(writer, r.state)
}

// serveWork refuses work for another cell, as a rep does.
func (r *httpRep) serveWork(writer http.ResponseWriter, request *http.Request) {
	body, err := r.note(request)
	var work diego.Work
	if err != nil || json.Unmarshal(body, &work) != nil {
		writer.WriteHeader(http.StatusBadRequest)
		return
	}
	switch {
	case r.breakWork:
		panic(http.ErrAbortHandler)
	case r.workStatus != 0:
		writer.WriteHeader(r.workStatus)
		return
	case work.CellID != "" && work.CellID != r.cellID:
		writer.WriteHeader(http.StatusInternalServerError)
		return
	}
	handedBack := diego.Work{}
	if r.perform != nil {
		handedBack = r.perform(work)
	}
	_ = json.NewEncoder(writer).Encode(handedBack)
}
