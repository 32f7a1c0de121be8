#!/bin/sh
# Makes gen/ from the .proto files; needs protoc, protoc-gen-go and protoc-gen-go-grpc. Then: go mod tidy && go run .
set -eu
cd "$(dirname "$0")"
path=wx/session/v1/session.proto
package="M$path=example.com/greeter/gen/wx/session/v1;sessionv1"
mkdir -p gen
protoc -I ../../../proto/proto \
  --go_out=gen --go_opt=module=example.com/greeter/gen --go_opt="$package" \
  --go-grpc_out=gen --go-grpc_opt=module=example.com/greeter/gen --go-grpc_opt="$package" \
  "$path"
