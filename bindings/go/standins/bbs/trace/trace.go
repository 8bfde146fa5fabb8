package trace

import (
	"net/http"
	"strings"

	"code.cloudfoundry.org/lager/v3"
	"github.com/openzipkin/zipkin-go/idgenerator"
	"github.com/openzipkin/zipkin-go/model"
)

// RequestIdHeader carries the trace id of a request.
const RequestIdHeader = "X-Vcap-Request-Id"

// RequestIdFromRequest returns the trace id of a request, or "".
func RequestIdFromRequest(request *http.Request) string { return request.Header.Get(RequestIdHeader) }

// LoggerWithTraceInfo logs traceID, and a new span id, if traceID is a guid or the like.
func LoggerWithTraceInfo(logger lager.Logger, traceID string) lager.Logger {
	id, err := model.TraceIDFromHex(strings.ReplaceAll(traceID, "-", ""))
	if traceID == "" || err != nil {
		return logger.WithData(nil)
	}
	span := idgenerator.NewRandom128().SpanID(model.TraceID{})
	return logger.WithData(lager.Data{"trace-id": id.String(), "span-id": span.String()})
}
