package rostrum_test

import (
	"math"
	"testing"

	"code.cloudfoundry.org/rostrum"
)

func TestUnitsAreThousandths(t *testing.T) {
	for _, test := range []struct {
		units int64
		want  rostrum.Amount
	}{
		{0, 0}, {1, 1000}, {256, 256000}, {-3, -3000},
		{4_000_000_000_000, rostrum.AmountMaximum},
		{9_223_372_036_854_775, 9_223_372_036_854_775_000},
		// What is too large does not come round as something small.
		{9_223_372_036_854_776, math.MaxInt64},
		{-9_223_372_036_854_776, math.MinInt64},
		{math.MaxInt64, math.MaxInt64},
		{math.MinInt64, math.MinInt64},
	} {
		if got := rostrum.Units(test.units); got != test.want {
			t.Errorf("Units(%d) = %d, expected %d", test.units, int64(got), int64(test.want))
		}
	}
}

func TestAmountsAreWrittenInUnits(t *testing.T) {
	for _, test := range []struct {
		amount rostrum.Amount
		want   string
	}{
		{0, "0"}, {1000, "1"}, {256_000, "256"}, {500, "0.5"}, {1, "0.001"}, {1_020, "1.02"},
		{-500, "-0.5"}, {-1_250, "-1.25"}, {-2_000, "-2"},
		{math.MaxInt64, "9223372036854775.807"}, {math.MinInt64, "-9223372036854775.808"},
	} {
		if got := test.amount.String(); got != test.want {
			t.Errorf("Amount(%d) is %q, expected %q", int64(test.amount), got, test.want)
		}
	}
	if got := rostrum.Amount(1500).Float64(); got != 1.5 {
		t.Errorf("1500 thousandths are %v, expected 1.5", got)
	}
}

func TestNamesOfCodes(t *testing.T) {
	for _, test := range []struct {
		value interface{ String() string }
		want  string
	}{
		{rostrum.InvalidArgument, "INVALID_ARGUMENT"},
		{rostrum.NotFound, "NOT_FOUND"},
		{rostrum.Code(99), "UNKNOWN"},
		{rostrum.LRP, "lrp"},
		{rostrum.Task, "task"},
		{rostrum.Kind(7), "Kind(7)"},
		{rostrum.RefusalNone, "none"},
		{rostrum.RefusalInsufficientResources, "insufficient resources"},
		{rostrum.RefusalCode(99), "unknown"},
		{rostrum.ReasonPlacementTag, "placement tag"},
		{rostrum.ReasonCode(99), "unknown"},
		{rostrum.OfferHeld, "held"},
		{rostrum.OfferExpired, "expired"},
		{rostrum.OfferState(9), "OfferState(9)"},
	} {
		if got := test.value.String(); got != test.want {
			t.Errorf("%#v is %q, expected %q", test.value, got, test.want)
		}
	}
}
