//! What sentinels and nodes of a Cluster say of each other.
//!
//! Each question goes out on a connection of its own, to everybody at once: whoever is hung or gone costs
//! nothing but their answer. `patience` is the longest wait for one of them, connecting included. Where
//! none gives an answer that is one, the error is what seems wrong with them, if anything.
use std::{collections::HashMap, time::Duration};

use deadpool_redis::redis::{
    self, AsyncConnectionConfig, Cmd, FromRedisValue, RedisError, RedisResult, Value,
};
use futures::{StreamExt, stream::FuturesUnordered};

use super::{
    address::{Dialer, Host},
    mistake::RedisMistake,
};

/// Whom a sentinel takes for the master.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Master {
    pub(super) host: Host,
    /// Grows with each failover: of two opinions the one with the larger number is younger.
    pub(super) epoch: u64,
}

/// The master called `name`, by the youngest of the sentinels' opinions.
pub(super) async fn master(
    sentinels: &[Host],
    dialer: &Dialer,
    name: &str,
    patience: Duration,
) -> Result<Master, Option<RedisMistake>> {
    let mut question = redis::cmd("SENTINEL");
    question.arg("MASTER").arg(name);
    let opinions = sentinels.iter().map(|host| {
        let question = question.clone();
        async move {
            let said = ask::<HashMap<String, String>>(dialer, host, &question, patience).await;
            read(&said.map_err(|error| RedisMistake::of_sentinel(&error?))?).ok_or(None)
        }
    });
    let opinions = opinions.collect::<FuturesUnordered<_>>().collect().await;
    let (masters, mistake) = sorted(opinions);
    let youngest = masters
        .into_iter()
        .max_by_key(|master: &Master| master.epoch);
    youngest.ok_or(mistake)
}

/// The answers, and the first mistake.
fn sorted<T>(said: Vec<Result<T, Option<RedisMistake>>>) -> (Vec<T>, Option<RedisMistake>) {
    let (mut answers, mut mistake) = (Vec::new(), None);
    for said in said {
        match said {
            Ok(answer) => answers.push(answer),
            Err(wrong) => mistake = mistake.or(wrong),
        }
    }
    (answers, mistake)
}

fn read(said: &HashMap<String, String>) -> Option<Master> {
    Some(Master {
        host: Host {
            name: said.get("ip")?.clone(),
            port: said.get("port")?.parse().ok()?,
        },
        epoch: said.get("config-epoch")?.parse().ok()?,
    })
}

/// A range of slots, and who answers for them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Range {
    pub(super) first: u16,
    pub(super) last: u16,
    pub(super) host: Host,
}

/// Who answers for which slots, as most of `nodes` have it: one that is cut off from the others has what
/// was.
pub(super) async fn slots(
    nodes: &[Host],
    dialer: &Dialer,
    patience: Duration,
) -> Result<Vec<Range>, Option<RedisMistake>> {
    let mut question = redis::cmd("CLUSTER");
    question.arg("SLOTS");
    let answers = nodes.iter().map(|host| {
        let question = question.clone();
        async move {
            let said = ask::<Value>(dialer, host, &question, patience).await;
            let said = said.map_err(|error| RedisMistake::of_cluster(&error?))?;
            let ranges = ranges(&said, host).filter(|ranges| !ranges.is_empty());
            let mut ranges = ranges.ok_or(None)?;
            ranges.sort_unstable_by_key(|range| range.first);
            Ok(ranges)
        }
    });
    let answers = answers.collect::<FuturesUnordered<_>>().collect().await;
    let (answers, mistake) = sorted::<Vec<Range>>(answers);
    let votes = |answer: &&Vec<Range>| answers.iter().filter(|other| other == answer).count();
    answers.iter().max_by_key(votes).cloned().ok_or(mistake)
}

/// `[first, last, [address, port, id, ..], replicas..]` for each range.
fn ranges(said: &Value, asked: &Host) -> Option<Vec<Range>> {
    let Value::Array(ranges) = said else {
        return None;
    };
    let range = |range: &Value| {
        let Value::Array(parts) = range else {
            return None;
        };
        let [first, last, Value::Array(master), ..] = parts.as_slice() else {
            return None;
        };
        Some(Range {
            first: number(first)?,
            last: number(last)?,
            host: node(master, asked)?,
        })
    };
    ranges.iter().map(range).collect()
}

/// A node that does not know its own address is the one that was asked.
fn node(said: &[Value], asked: &Host) -> Option<Host> {
    let [name, port, ..] = said else {
        return None;
    };
    let name: Option<String> = FromRedisValue::from_redis_value(name.clone()).ok()?;
    let name = name.filter(|name| !name.is_empty() && name != "?");
    Some(Host {
        name: name.unwrap_or_else(|| asked.name.clone()),
        port: number(port)?,
    })
}

fn number(value: &Value) -> Option<u16> {
    match value {
        Value::Int(number) => u16::try_from(*number).ok(),
        _ => None,
    }
}

/// What it answers; without an error, nothing in time.
async fn ask<T: FromRedisValue>(
    dialer: &Dialer,
    host: &Host,
    question: &Cmd,
    patience: Duration,
) -> Result<T, Option<RedisError>> {
    let asked = async {
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(patience))
            .set_response_timeout(Some(patience));
        let client = dialer.client(host)?;
        let mut connection = client
            .get_multiplexed_async_connection_with_config(&config)
            .await?;
        question.query_async(&mut connection).await
    };
    let answer: Result<RedisResult<T>, _> = tokio::time::timeout(patience, asked).await;
    match answer {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(error)) => {
            tracing::debug!(redis.host = %host, error = service_kit::causes(&error), "it says nothing of the others");
            Err(Some(error))
        }
        Err(_) => Err(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bulk(text: &str) -> Value {
        Value::BulkString(text.as_bytes().to_vec())
    }

    fn range(first: i64, last: i64, name: &str, port: i64) -> Value {
        let master = Value::Array(vec![bulk(name), Value::Int(port), bulk("id")]);
        Value::Array(vec![Value::Int(first), Value::Int(last), master])
    }

    #[test]
    fn a_node_without_an_address_is_the_one_that_was_asked() {
        let asked: Host = "10.0.0.9:7000".parse().unwrap();
        let said = Value::Array(vec![range(0, 5, "", 7000), range(6, 9, "10.0.0.1", 7001)]);
        let found = ranges(&said, &asked).unwrap();
        let hosts: Vec<_> = found.iter().map(|range| range.host.to_string()).collect();
        assert_eq!(hosts, ["10.0.0.9:7000", "10.0.0.1:7001"]);
    }

    #[test]
    fn slots_that_cannot_be_are_no_answer() {
        let asked: Host = "a:1".parse().unwrap();
        for said in [Value::Nil, Value::Array(vec![range(0, 70_000, "a", 1)])] {
            assert_eq!(ranges(&said, &asked), None);
        }
    }
}
