package main

import (
	"encoding/json"
	"errors"
	"log"
	"net/http"
	"os"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	sessionv1 "example.com/greeter/gen/wx/session/v1"
)

func main() {
	address := os.Getenv("SESSION_SERVICE")
	if address == "" {
		address = "127.0.0.1:50051"
	}
	conn, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		log.Fatal(err)
	}
	sessions := sessionv1.NewSessionServiceClient(conn)
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { greet(w, r, sessions) })
	log.Fatal(http.ListenAndServe("127.0.0.1:3001", nil))
}

func greet(w http.ResponseWriter, r *http.Request, sessions sessionv1.SessionServiceClient) {
	who, err := Caller(r.Context(), sessions, r.Header.Get("Authorization"))
	var over LoggedOut
	switch {
	case errors.As(err, &over):
		w.Header().Set("WWW-Authenticate", "Bearer")
		send(w, http.StatusUnauthorized, map[string]string{"code": strings.ToLower(over.Reason)})
	case err != nil:
		log.Print(err)
		w.Header().Set("Retry-After", "2")
		send(w, http.StatusServiceUnavailable, map[string]string{"code": "store_unavailable"})
	default:
		send(w, http.StatusOK, map[string]string{"hello": who.GetUserId(), "openid": who.GetOpenid()})
	}
}

func send(w http.ResponseWriter, code int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(body) // the caller went away
}
