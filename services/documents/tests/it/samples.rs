//! Invented matters of invented people.

use chrono::{DateTime, NaiveDate, Utc};
use documents::{
    Date, Moment,
    catalogue::{Catalogue, CatalogueLine},
    certificate::{Certificate, CountedDay},
    counter_notice::{CounterNotice, PublishedChannel},
    form1::{Complainant, Form1, Satisfaction},
    form2::{Form2, OrderExtension},
    half_year::{FigureRow, FigureTable, HalfYearReport, Section, Sum},
    letters::{
        Acceptance, Answer, AppealAcceptance, AppealDecision, AppealOutcome, Extension, Letterhead,
        Refusal,
    },
    superior_report::SuperiorReport,
    transfer::{Check, CheckOutcome, HandoverForm, PackageLine, TransferLine, TransferList},
};

const UNION: &str = "台山农村商业银行股份有限公司";
const NUMBER: &str = "589002-2026-000001";
const DIGEST: &str = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae";

pub(crate) fn day(text: &str) -> Date {
    text.parse::<NaiveDate>().unwrap().into()
}

pub(crate) fn at(text: &str) -> Moment {
    text.parse::<DateTime<Utc>>().unwrap().into()
}

pub(crate) fn form1() -> Form1 {
    Form1 {
        union: UNION.into(),
        unit: "台城支行".into(),
        number: NUMBER.into(),
        filled_on: Some(day("2026-09-23")),
        secrecy: "内部资料".into(),
        complainant: Complainant {
            name: "何丽珍".into(),
            id_document: "居民身份证 4**************8".into(),
            phone: "138****0001".into(),
            address: "台山市台城街道虚构路1号".into(),
            relation: "本人".into(),
        },
        channel: "走访".into(),
        received_at: Some(at("2026-09-23T02:05:00Z")),
        received_by: "网点受理岗".into(),
        settled: Some(false),
        complained_unit: "台城支行".into(),
        complained_staff: "3号柜台柜员".into(),
        business: "存折补登".into(),
        incident: "2026年9月22日，营业大堂，10.00元".into(),
        content: "存折补登时被多收手续费十元，柜员没有出示收费标准。\n要求说明理由。".into(),
        request: "退还多收的手续费，并当面解释。".into(),
        handling: "已核对当日流水，收费参数须由科技部核实。".into(),
        unsolved_reason: "需要科技部核实系统参数。".into(),
        answered_by: "电话".into(),
        answered_at: Some(at("2026-09-28T07:30:00Z")),
        proof: "通话录音20260928-0012".into(),
        satisfaction: Some(Satisfaction::Satisfied),
        opinion: "没有其他意见。".into(),
        filing_number: "台投备〔2026〕1号".into(),
        review: "同意处理意见。".into(),
        via: "营业现场".into(),
        business_class: "人民币储蓄".into(),
        cause: "定价收费".into(),
        archival_code: "Z109-TS·2026-D10-SLB-0001".into(),
    }
}

pub(crate) fn form2() -> Form2 {
    Form2 {
        union: UNION.into(),
        order_number: "台督〔2026〕1号".into(),
        number: NUMBER.into(),
        source: "监管转办".into(),
        source_number: "粤江转〔2026〕18号".into(),
        secrecy: "内部".into(),
        urgency: "一般".into(),
        lead_unit: "台城支行".into(),
        co_units: vec!["科技部".into(), "财务会计部".into()],
        summary: "投诉人反映存折补登时被多收手续费十元。".into(),
        requirement: "核实收费参数，退还多收部分，答复投诉人。".into(),
        issued_at: Some(at("2026-09-23T08:20:00Z")),
        due: Some(at("2026-10-10T09:30:00Z")),
        due_basis: "收到督办表起7个工作日（《指引》第十八条）".into(),
        issued_by: "受理部门负责人岗".into(),
        signed_by: "台城支行负责人岗".into(),
        signed_at: Some(at("2026-09-23T08:40:00Z")),
        findings: "收费参数自9月1日起设置有误。".into(),
        opinion: "退还手续费并致歉。".into(),
        answer: "9月28日电话答复，投诉人满意。".into(),
        rectification: "修正参数，复核全辖网点。".into(),
        liability: "参数复核岗未按规程复核。".into(),
        extension: OrderExtension {
            reason: "等待外部核对".into(),
            until: Some(at("2026-10-16T09:30:00Z")),
            approved_by: "联社高级管理层".into(),
            told_at: Some(at("2026-10-09T02:00:00Z")),
        },
        review: "事实清楚，同意办结。".into(),
        returned: Some(false),
        instruction: "举一反三。".into(),
        reported: "江门办事处，2026年9月30日".into(),
        closed_on: Some(day("2026-09-29")),
        archival_code: "Z109-TS·2026-D10-SLB-0001".into(),
    }
}

pub(crate) fn head() -> Letterhead {
    Letterhead {
        issuer: UNION.into(),
        signed_by: format!("{UNION}受理部门"),
        number: "台投复〔2026〕1号".into(),
        complaint: NUMBER.into(),
        received_on: day("2026-09-23"),
        dated: day("2026-09-28"),
        contact: "联系岗位：客户投诉岗\n联系电话：0750-0000000".into(),
        receipt: true,
    }
}

pub(crate) fn acceptance() -> Acceptance {
    Acceptance {
        head: head(),
        subject: "存折补登收费".into(),
        handled_by: "台城支行".into(),
        limit: "收到投诉之日起15日内（2026年10月8日前）".into(),
        progress: "凭投诉编号和查询码，可以在微信服务号查询".into(),
    }
}

pub(crate) fn refusal() -> Refusal {
    Refusal {
        head: head(),
        ground: "同一事实和理由，已经答复。".into(),
        explanation: "您反映的事项已于2026年8月3日书面答复，没有新的事实和理由。".into(),
        remedies: "可以向江门办事处申诉，或者向当地银行业协会申请调解。".into(),
    }
}

pub(crate) fn answer() -> Answer {
    Answer {
        head: head(),
        facts: "经核对流水，2026年9月22日收取手续费10.00元。\n该笔收费系参数设置错误所致。".into(),
        basis: "存折补登不在公示的收费项目之内。".into(),
        conclusion: "退还手续费10.00元，已于2026年9月24日入账。".into(),
        remedies: "对本处理意见不服的，可以自收到之日起30日内向江门办事处书面申请核查；也可以申请调解、仲裁，或者\
                   向人民法院提起诉讼。"
            .into(),
        attachments: vec!["退款凭证1份".into(), "流水清单2页".into()],
    }
}

pub(crate) fn extension() -> Extension {
    Extension {
        head: head(),
        reason: "需要向清算机构调取资料".into(),
        was_due: Some(day("2026-10-08")),
        until: day("2026-10-23"),
        approved_by: "受理部门负责人岗".into(),
    }
}

pub(crate) fn appeal_acceptance() -> AppealAcceptance {
    AppealAcceptance {
        head: Letterhead {
            issuer: "广东省农村信用社联合社江门办事处".into(),
            signed_by: "江门办事处".into(),
            number: "江诉〔2026〕1号".into(),
            ..head()
        },
        appeal: "5890-2026-000001".into(),
        decided_by: UNION.into(),
        decision: "台投复〔2026〕1号".into(),
        limit: "自收到核查申请之日起30日内（2026年11月5日前）".into(),
    }
}

pub(crate) fn appeal_decision() -> AppealDecision {
    let AppealAcceptance {
        head,
        appeal,
        decided_by,
        decision,
        ..
    } = appeal_acceptance();
    AppealDecision {
        head,
        appeal,
        decided_by,
        decision,
        request: "要求赔偿误工费。".into(),
        findings: "原处理过程、时限和结果均符合规定。".into(),
        basis: "误工费没有约定，也没有法律依据。".into(),
        outcome: AppealOutcome::Upheld,
        conclusion: "对误工费请求不予支持。".into(),
        remedies: "可以申请调解、仲裁，或者向人民法院提起诉讼。".into(),
    }
}

pub(crate) fn superior_report() -> SuperiorReport {
    SuperiorReport {
        issuer: UNION.into(),
        signed_by: UNION.into(),
        number: "台报〔2026〕7号".into(),
        draft: false,
        complaint: NUMBER.into(),
        to: "江门办事处".into(),
        source_number: "粤江转〔2026〕18号".into(),
        received_on: day("2026-09-22"),
        due: Some(day("2026-10-12")),
        subject: "存折补登收费".into(),
        summary: "投诉人反映存折补登时被多收手续费十元。".into(),
        findings: "收费参数设置有误。".into(),
        result: "手续费已退还，9月28日电话答复，投诉人满意。".into(),
        rectification: "已修正参数，复核全辖网点。".into(),
        attachments: vec!["处理意见书1份".into()],
        copy_to: "合规部".into(),
        contact: "联系岗位：客户投诉岗 0750-0000000".into(),
        dated: day("2026-09-30"),
    }
}

pub(crate) fn counter_notice() -> CounterNotice {
    let channels = [
        ("投诉电话", "0750-0000000（8:30至17:30）"),
        ("受理部门", "客户投诉受理部门"),
        ("通信地址", "台山市台城街道虚构路1号 邮政编码529200"),
        ("传真", ""),
        ("电子邮箱", "tousu@example.cn"),
        ("意见箱", "营业大堂"),
        ("上级受理", "江门办事处 0750-0000001"),
        ("监管热线", "12378"),
    ];
    CounterNotice {
        union: UNION.into(),
        outlet: "台城支行".into(),
        channels: channels
            .map(|(label, value)| PublishedChannel {
                label: label.into(),
                value: value.into(),
            })
            .to_vec(),
        process: vec![
            "登记：收到投诉即登记，告知投诉编号和查询码。".into(),
            "受理：决定是否受理；不予受理的，说明理由。".into(),
            "核查：由与投诉事项没有利害关系的人员核实。".into(),
            "答复：自收到之日起15日内作出处理决定并告知；情况复杂的延长至30日。".into(),
        ],
        link: "https://tousu.example.cn/589002".into(),
        invitation: "扫描二维码，在线投诉或查询进度。".into(),
        published_on: day("2026-01-04"),
    }
}

pub(crate) fn catalogue(pieces: u32) -> Catalogue {
    let lines = (1..=pieces).map(|position| CatalogueLine {
        position,
        number: if position == 1 {
            NUMBER.into()
        } else {
            String::new()
        },
        author: "台城支行".into(),
        title: format!("第{position}件材料"),
        date: (position != 2).then(|| day("2026-09-23")),
        pages: "1".into(),
        remark: String::new(),
    });
    Catalogue {
        union: UNION.into(),
        archival_code: "Z109-TS·2026-D10-SLB-0001".into(),
        title: format!("{NUMBER}号客户投诉案卷"),
        year: "2026".into(),
        retention: "10年".into(),
        lines: lines.collect(),
        digest: DIGEST.into(),
        digest_algorithm: "SHA-256".into(),
        made_on: day("2026-10-12"),
    }
}

pub(crate) fn transfer_list() -> TransferList {
    let lines = (1..=30).map(|position| TransferLine {
        position,
        archival_code: format!("Z109-TS·2026-D10-SLB-{position:04}"),
        title: format!("589002-2026-{position:06}号客户投诉案卷"),
        author: "受理部门".into(),
        formed_on: Some(day("2026-09-23")),
        year: "2026".into(),
        retention: "10年".into(),
        secrecy: "内部".into(),
        extent: "12/30".into(),
        medium: "在线".into(),
        remark: String::new(),
    });
    TransferList {
        union: UNION.into(),
        from: "受理部门".into(),
        to: "档案室".into(),
        year: "2026".into(),
        batch: "1".into(),
        handed_over_on: day("2026-12-31"),
        lines: lines.collect(),
    }
}

pub(crate) fn handover() -> HandoverForm {
    let checks = ["准确性检验", "完整性检验", "可用性检验", "安全性检验"].map(|name| Check {
        name: name.into(),
        outcome: Some(CheckOutcome::Passed),
        remark: String::new(),
    });
    let mut checks = checks.to_vec();
    checks.push(Check {
        name: "载体外观检验".into(),
        outcome: None,
        remark: "在线移交，没有载体".into(),
    });
    HandoverForm {
        union: UNION.into(),
        number: "2026-1".into(),
        filled_on: day("2026-12-31"),
        work: "受理部门（全宗Z109）2026年度第1批".into(),
        description: "2026年度客户投诉案卷".into(),
        count: "30卷 360件".into(),
        volume: "0.123 GB".into(),
        media_range: "001至001".into(),
        medium: "在线".into(),
        checks,
        digest_algorithm: "SHA-256".into(),
        digest: DIGEST.into(),
        from: "受理部门".into(),
        to: "档案室".into(),
        packages: vec![PackageLine {
            number: "001".into(),
            description: "BagIt包".into(),
            digest: DIGEST.into(),
            size: "0.123 GB".into(),
        }],
    }
}

/// 7 working days from 2026-09-23 end on 2026-10-10, a make-up Saturday.
pub(crate) fn certificate() -> Certificate {
    let days = [
        ("2026-09-24", true, 1, "工作日"),
        ("2026-09-25", false, 1, "中秋节"),
        ("2026-09-26", false, 1, "中秋节"),
        ("2026-09-27", false, 1, "中秋节"),
        ("2026-09-28", true, 2, "工作日"),
        ("2026-09-29", true, 3, "工作日"),
        ("2026-09-30", true, 4, "工作日"),
        ("2026-10-01", false, 4, "国庆节"),
        ("2026-10-02", false, 4, "国庆节"),
        ("2026-10-03", false, 4, "国庆节"),
        ("2026-10-04", false, 4, "国庆节"),
        ("2026-10-05", false, 4, "国庆节"),
        ("2026-10-06", false, 4, "国庆节"),
        ("2026-10-07", false, 4, "国庆节"),
        ("2026-10-08", true, 5, "工作日"),
        ("2026-10-09", true, 6, "工作日"),
        ("2026-10-10", true, 7, "调休上班"),
    ];
    Certificate {
        union: UNION.into(),
        number: NUMBER.into(),
        clock_name: "办结答复".into(),
        clock_code: "G18.1c".into(),
        limit: "7个工作日".into(),
        article: "《指引》第十八条第一款".into(),
        started_at: at("2026-09-23T08:20:00Z"),
        due_at: Moment::end_of_day("2026-10-10T09:30:00Z".parse().unwrap()),
        rolled_to: None,
        state: "进行中".into(),
        stopped_at: None,
        result: String::new(),
        policy: "guideline-2008 第1版".into(),
        calendar: "全省日历 第3版".into(),
        source: "粤农信联发〔2008〕250号".into(),
        remarks: vec!["工作日期间于最后一日营业终了（17:30）届满。".into()],
        provisional: false,
        days: days
            .map(|(date, counts, count, reason)| CountedDay {
                date: day(date),
                counts,
                count,
                reason: reason.into(),
            })
            .to_vec(),
        issued_by: "台山农村商业银行受理部门".into(),
        issued_at: at("2026-09-24T01:00:00Z"),
    }
}

pub(crate) fn half_year() -> HalfYearReport {
    let rows = |rows: &[(&str, u64, Option<u64>)]| {
        rows.iter()
            .map(|(label, now, before)| FigureRow {
                label: (*label).into(),
                now: *now,
                before: *before,
                below: false,
            })
            .collect()
    };
    HalfYearReport {
        issuer: "广东省农村信用社联合社江门办事处".into(),
        title: "2026年上半年客户投诉管理机制运行情况报告".into(),
        number: "江报〔2026〕3号".into(),
        to: vec!["江门监管分局".into(), "江门市银行业协会".into()],
        copy_to: "广东省农村信用社联合社合规部".into(),
        draft: false,
        term: "2025年12月15日至2026年6月14日".into(),
        cut_off: at("2026-06-10T09:30:00Z"),
        snapshot: DIGEST.into(),
        sections: vec![
            Section {
                heading: "投诉反映的主要问题".into(),
                text: "一是收费公示不清。\n二是排队时间较长。".into(),
            },
            Section {
                heading: "原因分析".into(),
                text: "参数变更没有复核。".into(),
            },
            Section {
                heading: "整改情况".into(),
                text: "已建立参数双人复核。".into(),
            },
        ],
        tables: vec![
            FigureTable {
                title: "总体情况".into(),
                heading: "项目".into(),
                rows: rows(&[
                    ("期初未结", 3, Some(5)),
                    ("本期新收", 120, Some(98)),
                    ("本期办结", 118, Some(100)),
                    ("期末未结", 5, Some(3)),
                ]),
                chart: false,
            },
            FigureTable {
                title: "投诉原因".into(),
                heading: "原因".into(),
                rows: rows(&[
                    ("服务态度及服务质量", 61, Some(40)),
                    ("金融机构管理制度、业务规则与流程", 31, Some(30)),
                    ("定价收费", 28, Some(28)),
                    ("债务催收方式和手段", 0, None),
                ]),
                chart: true,
            },
        ],
        averages: vec![documents::half_year::Average {
            label: "江门农商行".to_owned(),
            received: 625,
            outlets: 506,
            average: "1.24".to_owned(),
        }],
        identities: vec![Sum {
            sentence: "期初未结＋本期新收－本期办结＝期末未结".into(),
            left: 5,
            right: 5,
        }],
        signed_by: "江门办事处".into(),
        dated: day("2026-06-12"),
    }
}
