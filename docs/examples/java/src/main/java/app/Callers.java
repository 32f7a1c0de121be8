package app;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import wx.session.v1.Session.Identity;
import wx.session.v1.Session.VerifyRequest;
import wx.session.v1.SessionServiceGrpc;

/** Who is calling? Asks session-service over gRPC. */
public final class Callers {
  /** The session is over, and the message says why: SESSION_EXPIRED, SESSION_REVOKED, SESSION_INVALID. Answer 401. */
  public static final class LoggedOut extends Exception {
    LoggedOut(String reason) {
      super(reason);
    }
  }

  /** Nobody can tell who is calling just now. The session may well be alive: answer 503, never 401. */
  public static final class CannotTell extends Exception {
    CannotTell(Throwable cause) {
      super("cannot tell who is calling", cause);
    }
  }

  private static final Pattern BEARER = Pattern.compile("(?i)bearer +(\\S+)");

  private final SessionServiceGrpc.SessionServiceBlockingStub sessions;

  public Callers(Channel sessionService) {
    sessions = SessionServiceGrpc.newBlockingStub(sessionService);
  }

  /** Whose token this is. Ask for every request; keep no answer. */
  public Identity caller(String authorization) throws LoggedOut, CannotTell {
    var bearer = BEARER.matcher(authorization == null ? "" : authorization);
    if (!bearer.matches()) {
      throw new LoggedOut("SESSION_INVALID");
    }
    var request = VerifyRequest.newBuilder().setSessionRd(bearer.group(1)).build();
    try {
      return sessions.withDeadlineAfter(1500, TimeUnit.MILLISECONDS).verify(request).getIdentity();
    } catch (StatusRuntimeException error) {
      var reason = reason(error);
      if (error.getStatus().getCode() == Status.Code.UNAUTHENTICATED && reason != null) {
        throw new LoggedOut(reason);
      }
      throw new CannotTell(error);
    }
  }

  /** The reason that wxgate gave; null when somebody else made the failure. */
  private static String reason(StatusRuntimeException error) {
    var status = StatusProto.fromThrowable(error);
    for (var detail : status.getDetailsList()) {
      if (detail.is(ErrorInfo.class)) {
        try {
          var info = detail.unpack(ErrorInfo.class);
          return info.getDomain().equals("wxgate") ? info.getReason() : null;
        } catch (InvalidProtocolBufferException broken) {
          return null;
        }
      }
    }
    return null;
  }
}
