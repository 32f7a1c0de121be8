//! Compiles the contracts with protox: no `protoc` needs to be installed.

/// Messages that carry a secret, or say who somebody is at WeChat, get no generated `Debug`.
const SECRET_BEARERS: [&str; 26] = [
    ".wx.session.v1.LoginRequest",
    ".wx.session.v1.LoginResponse",
    ".wx.session.v1.VerifyRequest",
    ".wx.session.v1.RefreshRequest",
    ".wx.session.v1.RefreshResponse",
    ".wx.session.v1.LogoutRequest",
    ".wx.session.v1.ListSessionsRequest",
    ".wx.session.v1.RevokeSessionRequest",
    ".wx.session.v1.RevokeUserRequest",
    ".wx.session.v1.EraseUserRequest",
    ".wx.session.v1.DecryptOpenDataRequest",
    ".wx.session.v1.DecryptOpenDataResponse",
    ".wx.session.v1.UpdateProfileRequest",
    ".wx.session.v1.GetUserResponse",
    ".wx.session.v1.KeptPhone",
    ".wx.session.v1.PhoneNumber",
    ".wx.session.v1.GetPhoneNumberRequest",
    ".wx.session.v1.GetPhoneNumberResponse",
    ".wx.session.v1.Encrypted",
    ".wx.session.v1.GetAccessTokenRequest",
    ".wx.session.v1.GetAccessTokenResponse",
    ".wx.session.v1.CheckSessionKeyRequest",
    ".wx.session.v1.ResetSessionKeyRequest",
    ".wx.session.v1.AppUser",
    ".wx.session.v1.Identity",
    ".wx.crypto.v1",
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo:rerun-if-changed=proto");
    let files = protox::compile(
        [
            "wx/common/v1/error.proto",
            "wx/crypto/v1/crypto.proto",
            "wx/session/v1/session.proto",
        ],
        ["proto"],
    )?;
    tonic_prost_build::configure()
        .skip_debug(SECRET_BEARERS)
        .compile_fds(files)?;
    Ok(())
}
