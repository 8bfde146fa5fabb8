package rep

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"time"

	"code.cloudfoundry.org/bbs/trace"
	"code.cloudfoundry.org/lager/v3"
	"code.cloudfoundry.org/scheduling"
)

// TLSConfig says how clients and reps know each other. All fields but ClientCacheSize are needed
// for mutual TLS.
type TLSConfig struct {
	RequireTLS                    bool
	CertFile, KeyFile, CaCertFile string
	ClientCacheSize               int
}

type clientFactory struct {
	client, stateClient *http.Client
	requireTLS          bool
}

// NewClientFactory gives both http clients the certificates of config, if it has any. State uses
// stateClient, everything else client. Their transports must be *http.Transport.
func NewClientFactory(client, stateClient *http.Client, config *TLSConfig) (scheduling.ClientFactory, error) {
	if config == nil {
		config = &TLSConfig{}
	}
	if config.CertFile != "" && config.KeyFile != "" && config.CaCertFile != "" {
		for _, each := range []*http.Client{client, stateClient} {
			if err := useCertificates(each, config); err != nil {
				return nil, err
			}
		}
	}
	return &clientFactory{client: client, stateClient: stateClient, requireTLS: config.RequireTLS}, nil
}

func useCertificates(client *http.Client, config *TLSConfig) error {
	transport, ok := client.Transport.(*http.Transport)
	if !ok {
		return fmt.Errorf("transport %T, expected *http.Transport", client.Transport)
	}
	identity, err := tls.LoadX509KeyPair(config.CertFile, config.KeyFile)
	if err != nil {
		return err
	}
	authority, err := os.ReadFile(config.CaCertFile)
	if err != nil {
		return err
	}
	authorities := x509.NewCertPool()
	if !authorities.AppendCertsFromPEM(authority) {
		return fmt.Errorf("%s: expected certificates in PEM form", config.CaCertFile)
	}
	transport.TLSClientConfig = &tls.Config{
		MinVersion:         tls.VersionTLS12,
		Certificates:       []tls.Certificate{identity},
		RootCAs:            authorities,
		ClientSessionCache: tls.NewLRUClientSessionCache(config.ClientCacheSize),
	}
	return nil
}

func (f *clientFactory) CreateClient(address, repURL, traceID string) (scheduling.Client, error) {
	if repURL != "" {
		address = repURL
	}
	location, err := url.Parse(address)
	if err != nil {
		return nil, err
	}
	if f.requireTLS && location.Scheme != "https" {
		return nil, errors.New("https scheme is required but none of the addresses support it")
	}
	return &httpClient{client: f.client, stateClient: f.stateClient, address: address, traceID: traceID}, nil
}

type httpClient struct {
	client, stateClient *http.Client
	address, traceID    string
}

func (c *httpClient) SetStateClient(stateClient *http.Client) { c.stateClient = stateClient }
func (c *httpClient) StateClientTimeout() time.Duration       { return c.stateClient.Timeout }

func (c *httpClient) State(lager.Logger) (scheduling.CellState, error) {
	var state scheduling.CellState
	err := c.exchange(c.stateClient, http.MethodGet, "/state", nil, http.StatusOK, &state)
	if err != nil {
		return scheduling.CellState{}, err
	}
	return state, nil
}

func (c *httpClient) Perform(_ lager.Logger, work scheduling.Work) (scheduling.Work, error) {
	var failed scheduling.Work
	err := c.exchange(c.client, http.MethodPost, "/work", work, http.StatusOK, &failed)
	if err != nil {
		return scheduling.Work{}, err
	}
	return failed, nil
}

func (c *httpClient) UpdateLRPInstance(_ lager.Logger, update scheduling.LRPUpdate) error {
	path := "/v2/lrps/" + update.ProcessGuid + "/instances/" + update.InstanceGUID
	return c.exchange(c.client, http.MethodPut, path, update, http.StatusAccepted, nil)
}

func (c *httpClient) StopLRPInstance(_ lager.Logger, key scheduling.ActualLRPKey, instanceKey scheduling.ActualLRPInstanceKey) error {
	path := "/v1/lrps/" + key.ProcessGuid + "/instances/" + instanceKey.InstanceGuid + "/stop"
	return c.exchange(c.client, http.MethodPost, path, nil, http.StatusAccepted, nil)
}

func (c *httpClient) CancelTask(_ lager.Logger, taskGUID string) error {
	return c.exchange(c.client, http.MethodPost, "/v1/tasks/"+taskGUID+"/cancel", nil, http.StatusAccepted, nil)
}

// exchange sends body as JSON, unless it is nil, and reads the answer into answer, unless that is.
func (c *httpClient) exchange(client *http.Client, method, path string, body any, expected int, answer any) error {
	var payload io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return err
		}
		payload = bytes.NewReader(text)
	}
	request, err := http.NewRequest(method, c.address+path, payload)
	if err != nil {
		return err
	}
	if c.traceID != "" {
		request.Header.Set(trace.RequestIdHeader, c.traceID)
	}
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != expected {
		return fmt.Errorf("unexpected status code: %d", response.StatusCode)
	}
	if answer == nil {
		return nil
	}
	return json.NewDecoder(response.Body).Decode(answer)
}
