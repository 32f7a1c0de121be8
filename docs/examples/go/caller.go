// A business service that greets its caller: ./generate.sh && go mod tidy && go run .
package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	sessionv1 "example.com/greeter/gen/wx/session/v1"
)

// LoggedOut says that the session is over, and why: SESSION_EXPIRED, SESSION_REVOKED, SESSION_INVALID. Answer 401.
type LoggedOut struct{ Reason string }

func (e LoggedOut) Error() string { return "no session: " + e.Reason }

// ErrCannotTell says that nobody knows who is calling just now. The session may well be alive: answer 503, never 401.
var ErrCannotTell = errors.New("cannot tell who is calling")

// Caller says whose token this is. Ask for every request; keep no answer.
func Caller(ctx context.Context, sessions sessionv1.SessionServiceClient, authorization string) (*sessionv1.Identity, error) {
	scheme, token, _ := strings.Cut(authorization, " ")
	if !strings.EqualFold(scheme, "Bearer") || strings.TrimSpace(token) == "" {
		return nil, LoggedOut{"SESSION_INVALID"}
	}
	ctx, cancel := context.WithTimeout(ctx, 1500*time.Millisecond)
	defer cancel()
	answer, err := sessions.Verify(ctx, &sessionv1.VerifyRequest{SessionRd: strings.TrimSpace(token)})
	if err == nil {
		return answer.GetIdentity(), nil
	}
	if reason := reasonOf(err); status.Code(err) == codes.Unauthenticated && reason != "" {
		return nil, LoggedOut{reason}
	}
	return nil, fmt.Errorf("%w: %w", ErrCannotTell, err)
}

// reasonOf is the reason that wxgate gave, or "" when somebody else made the failure.
func reasonOf(err error) string {
	for _, detail := range status.Convert(err).Details() {
		if info, ok := detail.(*errdetails.ErrorInfo); ok && info.GetDomain() == "wxgate" {
			return info.GetReason()
		}
	}
	return ""
}
