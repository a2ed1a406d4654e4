# Written by "npm run generate" from operator-policy.json and permissions-boundary.json.

locals {
  boundary = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [{
        "Sid": "OwnQueues",
        "Effect": "Allow",
        "Action": [
          "sqs:SendMessage",
          "sqs:ReceiveMessage",
          "sqs:DeleteMessage",
          "sqs:GetQueueAttributes"
        ],
        "Resource": "arn:${local.partition}:sqs:*:*:nami-*"
      }],
      [{
        "Sid": "OwnLogs",
        "Effect": "Allow",
        "Action": [
          "logs:CreateLogStream",
          "logs:PutLogEvents"
        ],
        "Resource": "arn:${local.partition}:logs:*:*:log-group:/aws/lambda/nami-*"
      }],
      [{
        "Sid": "OwnPasswords",
        "Effect": "Allow",
        "Action": "ssm:GetParameter",
        "Resource": "arn:${local.partition}:ssm:*:*:parameter${var.iam_path}*"
      }],
      [{
        "Sid": "Interfaces",
        "Effect": "Allow",
        "Action": [
          "ec2:CreateNetworkInterface",
          "ec2:DeleteNetworkInterface",
          "ec2:DescribeNetworkInterfaces",
          "ec2:DescribeSubnets",
          "ec2:AssignPrivateIpAddresses",
          "ec2:UnassignPrivateIpAddresses"
        ],
        "Resource": "*"
      }],
      [{
        "Sid": "NotOfOtherClusters",
        "Effect": "Deny",
        "Action": "*",
        "Resource": "*",
        "Condition": {
          "Null": {
            "aws:ResourceTag/nami.dev/cluster": "false"
          },
          "StringNotEquals": {
            "aws:ResourceTag/nami.dev/cluster": "${var.cluster}"
          },
          "StringNotLike": {
            "aws:ResourceTag/nami.dev/adoptable-by": "${var.cluster}/*"
          }
        }
      }],
    )
  })

  policies = {
    "1" = jsonencode({
      Version = "2012-10-17"
      Statement = concat(
        [{
          "Sid": "Look",
          "Effect": "Allow",
          "Action": [
            "cloudwatch:DescribeAlarms",
            "ec2:DescribeAvailabilityZones",
            "ec2:DescribeImages",
            "ec2:DescribeInstances",
            "ec2:DescribeInstanceStatus",
            "ec2:DescribeInstanceTypeOfferings",
            "ec2:DescribeInstanceTypes",
            "ec2:DescribeInternetGateways",
            "ec2:DescribeRegions",
            "ec2:DescribeRouteTables",
            "ec2:DescribeSecurityGroups",
            "ec2:DescribeSnapshots",
            "ec2:DescribeSubnets",
            "ec2:DescribeVolumes",
            "ec2:DescribeVolumesModifications",
            "ec2:DescribeVpcs",
            "iam:GetAccountAuthorizationDetails",
            "iam:ListInstanceProfiles",
            "iam:ListRoles",
            "lambda:ListEventSourceMappings",
            "lambda:ListFunctions",
            "logs:DescribeLogGroups",
            "sqs:ListQueues",
            "tag:GetResources"
          ],
          "Resource": "*"
        }],
        [{
          "Sid": "FindGateways",
          "Effect": "Allow",
          "Action": "apigateway:GET",
          "Resource": [
            "arn:${local.partition}:apigateway:*::/domainnames",
            "arn:${local.partition}:apigateway:*::/restapis"
          ]
        }],
        [{
          "Sid": "MakeGateway",
          "Effect": "Allow",
          "Action": "apigateway:POST",
          "Resource": [
            "arn:${local.partition}:apigateway:*::/domainnames",
            "arn:${local.partition}:apigateway:*::/restapis"
          ],
          "Condition": {
            "StringEquals": {
              "aws:RequestTag/nami.dev/cluster": "${var.cluster}"
            }
          }
        }],
        [{
          "Sid": "Gateway",
          "Effect": "Allow",
          "Action": [
            "apigateway:GET",
            "apigateway:POST",
            "apigateway:PUT",
            "apigateway:PATCH",
            "apigateway:DELETE"
          ],
          "Resource": [
            "arn:${local.partition}:apigateway:*::/domainnames/*",
            "arn:${local.partition}:apigateway:*::/restapis/*",
            "arn:${local.partition}:apigateway:*::/tags/*"
          ]
        }],
        [{
          "Sid": "MakeNamed",
          "Effect": "Allow",
          "Action": [
            "iam:CreateInstanceProfile",
            "lambda:CreateFunction",
            "logs:CreateLogGroup",
            "sqs:CreateQueue",
            "ssm:PutParameter"
          ],
          "Resource": [
            "arn:${local.partition}:iam::*:instance-profile${var.iam_path}*",
            "arn:${local.partition}:lambda:*:*:function:nami-*",
            "arn:${local.partition}:logs:*:*:log-group:/aws/lambda/nami-*",
            "arn:${local.partition}:sqs:*:*:nami-*",
            "arn:${local.partition}:ssm:*:*:parameter${var.iam_path}*"
          ],
          "Condition": {
            "StringEquals": {
              "aws:RequestTag/nami.dev/cluster": "${var.cluster}"
            }
          }
        }],
        length(var.hosted_zones) == 0 ? [] : [{
          "Sid": "DnsRecords",
          "Effect": "Allow",
          "Action": [
            "route53:ChangeResourceRecordSets",
            "route53:ListResourceRecordSets"
          ],
          "Resource": var.hosted_zones
        }],
        [{
          "Sid": "Functions",
          "Effect": "Allow",
          "Action": [
            "lambda:CreateAlias",
            "lambda:DeleteFunction",
            "lambda:DeleteFunctionConcurrency",
            "lambda:DeleteProvisionedConcurrencyConfig",
            "lambda:GetAlias",
            "lambda:GetFunction",
            "lambda:GetFunctionConcurrency",
            "lambda:GetFunctionConfiguration",
            "lambda:GetPolicy",
            "lambda:GetProvisionedConcurrencyConfig",
            "lambda:InvokeFunction",
            "lambda:ListProvisionedConcurrencyConfigs",
            "lambda:ListTags",
            "lambda:ListVersionsByFunction",
            "lambda:PublishVersion",
            "lambda:PutFunctionConcurrency",
            "lambda:PutProvisionedConcurrencyConfig",
            "lambda:RemovePermission",
            "lambda:TagResource",
            "lambda:UntagResource",
            "lambda:UpdateAlias",
            "lambda:UpdateFunctionCode",
            "lambda:UpdateFunctionConfiguration"
          ],
          "Resource": [
            "arn:${local.partition}:lambda:*:*:function:nami-*",
            "arn:${local.partition}:lambda:*:*:function:nami-*:*"
          ]
        }],
        [{
          "Sid": "Callers",
          "Effect": "Allow",
          "Action": "lambda:AddPermission",
          "Resource": [
            "arn:${local.partition}:lambda:*:*:function:nami-*",
            "arn:${local.partition}:lambda:*:*:function:nami-*:*"
          ],
          "Condition": {
            "StringEquals": {
              "lambda:Principal": "apigateway.amazonaws.com"
            }
          }
        }],
        [{
          "Sid": "Mappings",
          "Effect": "Allow",
          "Action": [
            "lambda:CreateEventSourceMapping",
            "lambda:DeleteEventSourceMapping",
            "lambda:GetEventSourceMapping",
            "lambda:UpdateEventSourceMapping"
          ],
          "Resource": "*",
          "Condition": {
            "ArnLike": {
              "lambda:FunctionArn": "arn:${local.partition}:lambda:*:*:function:nami-*"
            }
          }
        }],
        [{
          "Sid": "TagMappings",
          "Effect": "Allow",
          "Action": "lambda:TagResource",
          "Resource": "arn:${local.partition}:lambda:*:*:event-source-mapping:*",
          "Condition": {
            "StringEquals": {
              "aws:RequestTag/nami.dev/cluster": "${var.cluster}"
            }
          }
        }],
        length(var.code_objects) == 0 ? [] : [{
          "Sid": "OwnCode",
          "Effect": "Allow",
          "Action": [
            "s3:GetObject",
            "s3:GetObjectVersion"
          ],
          "Resource": var.code_objects
        }],
        [{
          "Sid": "Queues",
          "Effect": "Allow",
          "Action": [
            "sqs:DeleteQueue",
            "sqs:GetQueueAttributes",
            "sqs:GetQueueUrl",
            "sqs:ListQueueTags",
            "sqs:SetQueueAttributes",
            "sqs:TagQueue",
            "sqs:UntagQueue"
          ],
          "Resource": "arn:${local.partition}:sqs:*:*:nami-*"
        }],
        [{
          "Sid": "Redrive",
          "Effect": "Allow",
          "Action": [
            "sqs:StartMessageMoveTask",
            "sqs:ReceiveMessage",
            "sqs:DeleteMessage",
            "sqs:SendMessage"
          ],
          "Resource": "arn:${local.partition}:sqs:*:*:nami-*"
        }],
        [{
          "Sid": "FindRoles",
          "Effect": "Allow",
          "Action": [
            "iam:GetInstanceProfile",
            "iam:GetRole",
            "iam:GetRolePolicy",
            "iam:ListAttachedRolePolicies",
            "iam:ListRolePolicies"
          ],
          "Resource": [
            "arn:${local.partition}:iam::*:instance-profile/nami-*",
            "arn:${local.partition}:iam::*:role/nami-*"
          ]
        }],
        [{
          "Sid": "MakeRoles",
          "Effect": "Allow",
          "Action": "iam:CreateRole",
          "Resource": "arn:${local.partition}:iam::*:role${var.iam_path}*",
          "Condition": {
            "StringEquals": {
              "iam:PermissionsBoundary": "${aws_iam_policy.boundary.arn}",
              "aws:RequestTag/nami.dev/cluster": "${var.cluster}"
            }
          }
        }],
        [{
          "Sid": "BoundedRoles",
          "Effect": "Allow",
          "Action": [
            "iam:PutRolePermissionsBoundary",
            "iam:PutRolePolicy"
          ],
          "Resource": "arn:${local.partition}:iam::*:role${var.iam_path}*",
          "Condition": {
            "StringEquals": {
              "iam:PermissionsBoundary": "${aws_iam_policy.boundary.arn}"
            }
          }
        }],
        [{
          "Sid": "Roles",
          "Effect": "Allow",
          "Action": [
            "iam:DeleteRole",
            "iam:DeleteRolePolicy",
            "iam:DetachRolePolicy",
            "iam:GetRole",
            "iam:GetRolePolicy",
            "iam:ListAttachedRolePolicies",
            "iam:ListRolePolicies",
            "iam:TagRole",
            "iam:UntagRole",
            "iam:UpdateAssumeRolePolicy"
          ],
          "Resource": "arn:${local.partition}:iam::*:role${var.iam_path}*"
        }],
        [{
          "Sid": "HandOverRoles",
          "Effect": "Allow",
          "Action": "iam:PassRole",
          "Resource": "arn:${local.partition}:iam::*:role${var.iam_path}*",
          "Condition": {
            "StringEquals": {
              "iam:PassedToService": [
                "lambda.amazonaws.com",
                "ec2.amazonaws.com",
                "ec2.amazonaws.com.cn"
              ]
            }
          }
        }],
      )
    })
    "2" = jsonencode({
      Version = "2012-10-17"
      Statement = concat(
        [{
          "Sid": "InstanceProfiles",
          "Effect": "Allow",
          "Action": [
            "iam:AddRoleToInstanceProfile",
            "iam:DeleteInstanceProfile",
            "iam:GetInstanceProfile",
            "iam:RemoveRoleFromInstanceProfile",
            "iam:TagInstanceProfile",
            "iam:UntagInstanceProfile"
          ],
          "Resource": "arn:${local.partition}:iam::*:instance-profile${var.iam_path}*"
        }],
        [{
          "Sid": "Passwords",
          "Effect": "Allow",
          "Action": [
            "ssm:AddTagsToResource",
            "ssm:DeleteParameter",
            "ssm:GetParameter",
            "ssm:GetParameterHistory",
            "ssm:GetParametersByPath",
            "ssm:ListTagsForResource",
            "ssm:RemoveTagsFromResource"
          ],
          "Resource": "arn:${local.partition}:ssm:*:*:parameter${var.iam_path}*"
        }],
        [{
          "Sid": "ChangePasswords",
          "Effect": "Allow",
          "Action": "ssm:PutParameter",
          "Resource": "arn:${local.partition}:ssm:*:*:parameter${var.iam_path}*",
          "Condition": {
            "StringEquals": {
              "aws:ResourceTag/nami.dev/cluster": "${var.cluster}"
            }
          }
        }],
        [{
          "Sid": "PublicImages",
          "Effect": "Allow",
          "Action": "ssm:GetParameter",
          "Resource": "arn:${local.partition}:ssm:*::parameter/aws/service/ami-amazon-linux-latest/*"
        }],
        [{
          "Sid": "LogGroups",
          "Effect": "Allow",
          "Action": [
            "logs:DeleteLogGroup",
            "logs:ListTagsForResource",
            "logs:PutRetentionPolicy",
            "logs:TagResource",
            "logs:UntagResource"
          ],
          "Resource": [
            "arn:${local.partition}:logs:*:*:log-group:/aws/lambda/nami-*",
            "arn:${local.partition}:logs:*:*:log-group:/aws/lambda/nami-*:*"
          ]
        }],
        [{
          "Sid": "Alarms",
          "Effect": "Allow",
          "Action": [
            "cloudwatch:DeleteAlarms",
            "cloudwatch:ListTagsForResource",
            "cloudwatch:PutMetricAlarm",
            "cloudwatch:TagResource",
            "cloudwatch:UntagResource"
          ],
          "Resource": "arn:${local.partition}:cloudwatch:*:*:alarm:nami-*"
        }],
        [{
          "Sid": "MakeTagged",
          "Effect": "Allow",
          "Action": [
            "ec2:CreateInternetGateway",
            "ec2:CreateRouteTable",
            "ec2:CreateSecurityGroup",
            "ec2:CreateSnapshot",
            "ec2:CreateSubnet",
            "ec2:CreateVolume",
            "ec2:CreateVpc",
            "ec2:RunInstances"
          ],
          "Resource": [
            "arn:${local.partition}:ec2:*:*:instance/*",
            "arn:${local.partition}:ec2:*:*:internet-gateway/*",
            "arn:${local.partition}:ec2:*:*:route-table/*",
            "arn:${local.partition}:ec2:*:*:security-group/*",
            "arn:${local.partition}:ec2:*::snapshot/*",
            "arn:${local.partition}:ec2:*:*:subnet/*",
            "arn:${local.partition}:ec2:*:*:volume/*",
            "arn:${local.partition}:ec2:*:*:vpc/*"
          ],
          "Condition": {
            "StringEquals": {
              "aws:RequestTag/nami.dev/cluster": "${var.cluster}"
            }
          }
        }],
        [{
          "Sid": "MakeInOwnNetwork",
          "Effect": "Allow",
          "Action": [
            "ec2:CreateRouteTable",
            "ec2:CreateSubnet"
          ],
          "Resource": "arn:${local.partition}:ec2:*:*:vpc/*",
          "Condition": {
            "StringEquals": {
              "aws:ResourceTag/nami.dev/cluster": "${var.cluster}"
            }
          }
        }],
        [{
          "Sid": "MakeInNetworks",
          "Effect": "Allow",
          "Action": "ec2:CreateSecurityGroup",
          "Resource": "arn:${local.partition}:ec2:*:*:vpc/*"
        }],
        [{
          "Sid": "LaunchWith",
          "Effect": "Allow",
          "Action": "ec2:RunInstances",
          "Resource": [
            "arn:${local.partition}:ec2:*::image/*",
            "arn:${local.partition}:ec2:*:*:network-interface/*",
            "arn:${local.partition}:ec2:*:*:security-group/*",
            "arn:${local.partition}:ec2:*:*:subnet/*",
            "arn:${local.partition}:ec2:*:*:volume/*"
          ]
        }],
        [{
          "Sid": "TagWhatIsMade",
          "Effect": "Allow",
          "Action": "ec2:CreateTags",
          "Resource": "*",
          "Condition": {
            "StringEquals": {
              "ec2:CreateAction": [
                "CreateInternetGateway",
                "CreateRouteTable",
                "CreateSecurityGroup",
                "CreateSnapshot",
                "CreateSubnet",
                "CreateVolume",
                "CreateVpc",
                "RunInstances"
              ]
            }
          }
        }],
        [{
          "Sid": "TakeOver",
          "Effect": "Allow",
          "Action": "ec2:CreateTags",
          "Resource": [
            "arn:${local.partition}:ec2:*:*:security-group/*",
            "arn:${local.partition}:ec2:*:*:volume/*"
          ],
          "Condition": {
            "StringLike": {
              "aws:ResourceTag/nami.dev/adoptable-by": "${var.cluster}/*"
            }
          }
        }],
        [{
          "Sid": "Restore",
          "Effect": "Allow",
          "Action": "ec2:CreateVolume",
          "Resource": "arn:${local.partition}:ec2:*::snapshot/*",
          "Condition": {
            "StringLike": {
              "aws:ResourceTag/nami.dev/adoptable-by": "${var.cluster}/*"
            }
          }
        }],
        [{
          "Sid": "ChangeOwn",
          "Effect": "Allow",
          "Action": [
            "ec2:AssociateRouteTable",
            "ec2:AttachInternetGateway",
            "ec2:AttachVolume",
            "ec2:AuthorizeSecurityGroupEgress",
            "ec2:AuthorizeSecurityGroupIngress",
            "ec2:CreateRoute",
            "ec2:CreateSnapshot",
            "ec2:CreateTags",
            "ec2:CreateVolume",
            "ec2:DeleteInternetGateway",
            "ec2:DeleteRouteTable",
            "ec2:DeleteSecurityGroup",
            "ec2:DeleteSnapshot",
            "ec2:DeleteSubnet",
            "ec2:DeleteTags",
            "ec2:DeleteVolume",
            "ec2:DeleteVpc",
            "ec2:DetachInternetGateway",
            "ec2:DisassociateRouteTable",
            "ec2:GetConsoleOutput",
            "ec2:ModifyInstanceCreditSpecification",
            "ec2:ModifyVolume",
            "ec2:ReplaceRoute",
            "ec2:RevokeSecurityGroupEgress",
            "ec2:RevokeSecurityGroupIngress",
            "ec2:StartInstances",
            "ec2:TerminateInstances"
          ],
          "Resource": "*",
          "Condition": {
            "Null": {
              "aws:ResourceTag/nami.dev/cluster": "false"
            }
          }
        }],
        [{
          "Sid": "NotOfOtherClusters",
          "Effect": "Deny",
          "Action": "*",
          "Resource": "*",
          "Condition": {
            "Null": {
              "aws:ResourceTag/nami.dev/cluster": "false"
            },
            "StringNotEquals": {
              "aws:ResourceTag/nami.dev/cluster": "${var.cluster}"
            },
            "StringNotLike": {
              "aws:ResourceTag/nami.dev/adoptable-by": "${var.cluster}/*"
            }
          }
        }],
        [{
          "Sid": "NothingForOtherClusters",
          "Effect": "Deny",
          "Action": "*",
          "Resource": "*",
          "Condition": {
            "Null": {
              "aws:RequestTag/nami.dev/cluster": "false"
            },
            "StringNotEquals": {
              "aws:RequestTag/nami.dev/cluster": "${var.cluster}"
            }
          }
        }],
        length(var.regions) == 0 ? [] : [{
          "Sid": "NotInOtherRegions",
          "Effect": "Deny",
          "NotAction": [
            "iam:*",
            "route53:*",
            "s3:GetObject",
            "s3:GetObjectVersion"
          ],
          "Resource": "*",
          "Condition": {
            "StringNotEquals": {
              "aws:RequestedRegion": var.regions
            }
          }
        }],
      )
    })
  }
}
