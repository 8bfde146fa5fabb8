// Package trace stands in for Diego's package of the same name: the ids of requests in logs.
package trace
