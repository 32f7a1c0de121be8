//! A fault as the control API takes it.

use std::{sync::Arc, time::Duration};

use axum::http::{HeaderValue, StatusCode};
use serde::{Deserialize, Serialize};

use super::{
    Effect, Fault,
    garbage::{Garbage, Named},
    pattern::Pattern,
    twist::Twist,
};
use crate::errcode::Errcode;

/// One member of the list that `PUT /_fake/faults` takes, and `GET` gives: a path, at most one effect, and a delay.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FaultSpec {
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    times: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    delay_ms: Option<u64>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    consume: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    errcode: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    garbage: Option<Named>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    redirect: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reset: Option<Moment>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    hang: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    twist: Option<Twist>,
}

/// When the connection is reset.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Moment {
    /// Before the call is carried out.
    Before,
    /// When it has been: the answer is lost.
    After,
}

/// Why a fault cannot be planned.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FaultError {
    #[error(
        "path is not one of WeChat's: it begins with / and not with /_fake, and may end with *"
    )]
    Path,
    #[error(
        "a fault has one effect (errcode, status, garbage, body, redirect, reset, hang, twist) or a delay_ms"
    )]
    Effects,
    #[error("status is not a final HTTP status from 200 to 599")]
    Status,
    #[error("redirect is not the text of a Location header")]
    Redirect,
}

impl TryFrom<FaultSpec> for Fault {
    type Error = FaultError;

    fn try_from(spec: FaultSpec) -> Result<Self, FaultError> {
        let paths = Pattern::parse(&spec.path).ok_or(FaultError::Path)?;
        let effect = spec.effect()?;
        Ok(Self {
            consume: spec.consume || spec.reset == Some(Moment::After),
            delay: Duration::from_millis(spec.delay_ms.unwrap_or_default()),
            left: spec.times,
            paths,
            effect,
            spec: Arc::new(spec),
        })
    }
}

impl FaultSpec {
    /// The same, for so many calls.
    pub(super) fn with_times(&self, times: Option<u32>) -> Self {
        Self {
            times,
            ..self.clone()
        }
    }

    fn effect(&self) -> Result<Effect, FaultError> {
        let effects = [
            self.page()?,
            self.location()?,
            self.errcode.map(|code| Effect::Errcode(Errcode(code))),
            self.reset.map(|_| Effect::Reset),
            self.hang.then_some(Effect::Hang),
            self.twist.map(Effect::Twist),
        ];
        let mut effects = effects.into_iter().flatten();
        match (effects.next(), effects.next()) {
            (Some(effect), None) => Ok(effect),
            (None, _) if self.delay_ms.is_some() => Ok(Effect::None),
            _ => Err(FaultError::Effects),
        }
    }

    /// A status may go with a body; alone it brings the page that a proxy would show.
    fn page(&self) -> Result<Option<Effect>, FaultError> {
        let status = self.status.map(final_status).transpose()?;
        let garbage = match (self.garbage, &self.body, status) {
            (Some(_), Some(_), _) => return Err(FaultError::Effects),
            (Some(named), None, _) => Garbage::Named(named),
            (None, Some(body), _) => Garbage::Own(body.clone()),
            (None, None, Some(_)) => Garbage::Named(Named::Html),
            (None, None, None) => return Ok(None),
        };
        Ok(Some(Effect::Page {
            status: status.unwrap_or(StatusCode::OK),
            garbage,
        }))
    }

    fn location(&self) -> Result<Option<Effect>, FaultError> {
        let parse = |text: &String| HeaderValue::from_str(text).map_err(|_| FaultError::Redirect);
        Ok(self
            .redirect
            .as_ref()
            .map(parse)
            .transpose()?
            .map(Effect::Redirect))
    }
}

fn final_status(number: u16) -> Result<StatusCode, FaultError> {
    let status = StatusCode::from_u16(number)
        .ok()
        .filter(|_| (200..600).contains(&number));
    status.ok_or(FaultError::Status)
}
