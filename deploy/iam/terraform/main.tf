terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.50"
    }
  }
}

variable "cluster" {
  description = "The UID of the namespace kube-system, or operator.cluster (NAMI_CLUSTER)."
  type        = string
}

variable "access" {
  description = "How the pod gets the role: IRSA or PodIdentity."
  type        = string
  default     = "PodIdentity"
  validation {
    condition     = contains(["IRSA", "PodIdentity"], var.access)
    error_message = "access must be IRSA or PodIdentity."
  }
}

variable "eks_cluster" {
  description = "PodIdentity: name of the EKS cluster."
  type        = string
  default     = ""
}

variable "oidc_issuer" {
  description = "IRSA: issuer of the cluster without https://, which IAM has a provider for."
  type        = string
  default     = ""
}

variable "namespace" {
  description = "Namespace of the operator."
  type        = string
  default     = "nami-system"
}

variable "service_account" {
  description = "Service account of the operator."
  type        = string
  default     = "nami-operator"
}

variable "role_name" {
  description = "Name of the role; the names of policies and boundary begin with it."
  type        = string
  default     = "nami-operator"
}

variable "iam_path" {
  description = "aws.iamPath (NAMI_IAM_PATH); each cluster of an account should have its own."
  type        = string
  default     = "/nami/"
}

variable "code_objects" {
  description = "Objects that hold pipelines' own code, such as arn:aws:s3:::my-code/*."
  type        = list(string)
  default     = []
}

variable "hosted_zones" {
  description = "Hosted zones of domain names, such as arn:aws:route53:::hostedzone/Z0123456789ABC."
  type        = list(string)
  default     = []
}

variable "regions" {
  description = "The only regions in which the operator may do anything; none: all."
  type        = list(string)
  default     = []
}

data "aws_partition" "current" {}
data "aws_caller_identity" "current" {}

locals {
  partition = data.aws_partition.current.partition
  account   = data.aws_caller_identity.current.account_id
  is_irsa   = var.access == "IRSA"

  irsa_trust = {
    Effect    = "Allow"
    Principal = { Federated = "arn:${local.partition}:iam::${local.account}:oidc-provider/${var.oidc_issuer}" }
    Action    = "sts:AssumeRoleWithWebIdentity"
    Condition = {
      StringEquals = {
        "${var.oidc_issuer}:aud" = "sts.amazonaws.com"
        "${var.oidc_issuer}:sub" = "system:serviceaccount:${var.namespace}:${var.service_account}"
      }
    }
  }

  pod_identity_trust = {
    Effect    = "Allow"
    Principal = { Service = "pods.eks.amazonaws.com" }
    Action    = ["sts:AssumeRole", "sts:TagSession"]
    Condition = {
      StringEquals = {
        "aws:SourceAccount"                         = local.account
        "aws:RequestTag/kubernetes-namespace"       = var.namespace
        "aws:RequestTag/kubernetes-service-account" = var.service_account
      }
    }
  }
}

resource "aws_iam_policy" "boundary" {
  name        = "${var.role_name}-boundary"
  description = "The most that a role may do which the Nami operator makes"
  policy      = local.boundary
}

resource "aws_iam_policy" "operator" {
  for_each    = local.policies
  name        = "${var.role_name}-${each.key}"
  description = "What the Nami operator may do, part ${each.key}"
  policy      = each.value
}

resource "aws_iam_role" "operator" {
  name = var.role_name
  assume_role_policy = local.is_irsa ? jsonencode({
    Version   = "2012-10-17"
    Statement = [local.irsa_trust]
    }) : jsonencode({
    Version   = "2012-10-17"
    Statement = [local.pod_identity_trust]
  })

  lifecycle {
    precondition {
      condition     = (local.is_irsa ? var.oidc_issuer : var.eks_cluster) != ""
      error_message = "IRSA needs oidc_issuer, PodIdentity needs eks_cluster."
    }
  }
}

resource "aws_iam_role_policy_attachment" "operator" {
  for_each   = aws_iam_policy.operator
  role       = aws_iam_role.operator.name
  policy_arn = each.value.arn
}

resource "aws_eks_pod_identity_association" "operator" {
  count           = local.is_irsa ? 0 : 1
  cluster_name    = var.eks_cluster
  namespace       = var.namespace
  service_account = var.service_account
  role_arn        = aws_iam_role.operator.arn
}

output "role_arn" {
  description = "IRSA: the annotation eks.amazonaws.com/role-arn of the service account."
  value       = aws_iam_role.operator.arn
}

output "permissions_boundary" {
  description = "aws.permissionsBoundary (NAMI_PERMISSIONS_BOUNDARY)."
  value       = aws_iam_policy.boundary.arn
}
